import type { Format } from '../../wechat/account.ts';
import type { Fields } from '../../wechat/fields.ts';
import type { Expectation } from '../expectation.ts';
import type { Tamper } from '../tamper.ts';

/** A conversation to send, step by step, with what is expected of the answers. */
export interface Scenario {
  /** File it came from, or its name when it is built in. */
  readonly path: string;
  readonly name: string;
  /** The follower of every step that names none. */
  readonly from?: string | undefined;
  /** The account of every step that names none. */
  readonly to?: string | undefined;
  readonly format?: Format | undefined;
  /** Values for `${name}`; they may refer to each other. */
  readonly values: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** One step: a push, a payment, the verification, or a call of the app to WeChat's API that is waited for. */
export interface Step {
  /** As it is reported. */
  readonly name: string;
  /** 1-based line in the file; absent where there is none. */
  readonly line?: number | undefined;
  /** Name of a push or a payment, or `verify`. Exactly one of `send` and `await` is there. */
  readonly send?: string | undefined;
  /** Path of the API call that the app is to make, `/cgi-bin/message/custom/send`. */
  readonly await?: string | undefined;
  readonly content?: string | undefined;
  readonly scene?: string | undefined;
  readonly data?: Fields | undefined;
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly unset: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly tamper?: Tamper | undefined;
  /** Callback path instead of the target's. */
  readonly path?: string | undefined;
  /** AppId of the authoriser, for `$APPID$` in the path. */
  readonly appId?: string | undefined;
  /** Whether to ask up to three times, as WeChat does. */
  readonly retry: boolean;
  readonly expect: readonly WrittenExpectation[];
  readonly save: readonly Save[];
}

/** An expectation whose value may hold `${…}`, and so is read only when its step begins. */
export interface WrittenExpectation {
  /** `status=200`. */
  readonly text: string;
  readonly line?: number | undefined;
  /** What `text` says as it stands. */
  readonly parsed: Expectation;
}

/** A value of an outcome to keep for later steps. */
export interface Save {
  readonly name: string;
  /** As in an expectation: `reply.Content`. */
  readonly value: string;
  /** Keeps only what this finds: its first group, else all of it. */
  readonly match?: RegExp | undefined;
}
