import type { ErrorCode, WxDevError } from './errors.ts';

/** How an exchange ended, as the follower would judge it. */
export type Verdict =
  /** Answered in time with something WeChat accepts. */
  | 'ok'
  /** Answered in time, but close to the deadline. */
  | 'slow'
  /** No answer within WeChat's 5 seconds. */
  | 'late'
  /** Refused: signature, decryption or format. */
  | 'rejected'
  /** The app could not be reached, failed, or answered what WeChat does not accept. */
  | 'failed';

/** One recorded request and its response. Bodies are the bytes that crossed the wire, capped. */
export interface Exchange {
  /** Counts from 1 and, where a history is kept, on from run to run; retries of one push share it. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds from the first byte to the last byte of the answer. */
  readonly ms: number;
  /** `verify`, a MsgType, an Event name, or `unknown`. */
  readonly type: string;
  /** 1 for the first delivery of a push, 2 and 3 for WeChat's retries. */
  readonly attempt: number;
  /** HTTP status that was answered; 0 when the peer left first. */
  readonly status: number;
  readonly verdict: Verdict;
  readonly msgId?: string | undefined;
  readonly openid?: string | undefined;
  /** What the follower sent, in one line: text content, event key. */
  readonly content?: string | undefined;
  /** What was answered, in one line: `echostr`, `success`, `text "…"`. */
  readonly reply?: string | undefined;
  /** `success` was answered in place of a reply that was still to come; it goes by customer-service message. */
  readonly deferred?: boolean | undefined;
  /** What was pushed, opened; absent for what is no push, or could not be opened. */
  readonly push?: OpenedPush | undefined;
  /** The answer to a push as text, decrypted. */
  readonly answerText?: string | undefined;
  /** What went wrong, when something did. */
  readonly error?: WxDevError | undefined;
  /** Things that worked but will hurt later. */
  readonly warnings: readonly WxDevError<ErrorCode>[];
  readonly request: ExchangeMessage & { readonly method: string; readonly url: string };
  readonly response?: (ExchangeMessage & { readonly status: number }) | undefined;
}

/** A push without its envelope. */
export interface OpenedPush {
  /** How it came: 明文, 兼容, 安全. */
  readonly mode: 'plain' | 'compat' | 'safe';
  readonly format: 'xml' | 'json';
  /** The message as WeChat wrote it, decrypted. */
  readonly text: string;
  /** Which EncodingAESKey decrypted it; absent where nothing was encrypted. */
  readonly key?: 'current' | 'previous' | undefined;
  /** The id inside the encrypted body. */
  readonly receiveId?: string | undefined;
}

/** One side of an exchange. */
export interface ExchangeMessage {
  /** Names as sent, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Capped; `truncated` says whether something is missing. */
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

/** What became of a reply that came too late for an answer and was to go by customer-service message. */
export interface LateEnd extends Pick<Exchange, 'id' | 'type' | 'msgId' | 'openid'> {
  /** Milliseconds since the epoch when the push came. */
  readonly startedAt: number;
  /** When `success` was answered, in milliseconds after the push; undefined where nobody waited any more. */
  readonly answeredMs?: number | undefined;
  /** When it ended, in milliseconds after the push. */
  readonly ms: number;
  /** `silent`: the app had nothing to say. `cancelled`: the server closed first. */
  readonly end: 'delivered' | 'silent' | 'failed' | 'cancelled';
  /** How many customer-service messages the follower got. */
  readonly messages: number;
  /** The reply in one line. */
  readonly reply?: string | undefined;
  readonly error?: WxDevError | undefined;
}
