import type { WxDevError } from '../core/errors.ts';
import type { Verdict } from '../core/exchange.ts';
import type { Reply } from '../wechat/reply.ts';

/** One request that was sent, and how it ended. */
export interface Attempt {
  /** Counts from 1. */
  readonly number: number;
  /** 0 when no answer came. */
  readonly status: number;
  /** From dialling to the last byte of the answer. */
  readonly ms: number;
  readonly verdict: Verdict;
  /** Why it failed, when it did. */
  readonly error?: WxDevError | undefined;
}

/** The request of the last attempt, as sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** A bot's stream that was followed to its end, or to the end of the time. */
export interface FollowedStream {
  readonly id: string;
  /** How often the bot was asked for the rest. */
  readonly refreshes: number;
  /** From the first answer on. */
  readonly ms: number;
  readonly finished: boolean;
}

/** The answer to the last attempt, as received. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What became of a verification or a push, judged as WeChat judges it. */
export interface SendOutcome {
  readonly attempts: readonly Attempt[];
  /** Of the last attempt; 0 when no answer came. */
  readonly status: number;
  /** Of the last attempt. */
  readonly ms: number;
  readonly verdict: Verdict;
  /** Whether WeChat would take this answer. */
  readonly accepted: boolean;
  /** What the follower would see. */
  readonly visible: 'nothing' | 'reply' | 'failure';
  /** The passive reply that the follower would get. */
  readonly reply?: Reply | undefined;
  /** The answer as text, decrypted. */
  readonly text?: string | undefined;
  /** The answer in one line. */
  readonly summary: string;
  /** Why WeChat would not take it. */
  readonly faults: readonly WxDevError[];
  /** What worked but will hurt later. */
  readonly warnings: readonly WxDevError[];
  /** What followed the first answer, when a bot began a stream with it; then `text`, `summary` and `response` are of the last piece. */
  readonly stream?: FollowedStream | undefined;
  readonly request: SentRequest;
  readonly response?: ReceivedAnswer | undefined;
}
