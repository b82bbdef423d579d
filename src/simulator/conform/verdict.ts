import { isWxDevError, WxDevError, type ErrorCode, type Words } from '../../core/errors.ts';
import type { Reply } from './probe.ts';
import { passed, type Finding } from './rule.ts';

/** The finding that names `error` as the reason. */
export function failed(
  { sent, received }: Pick<Reply, 'sent' | 'received'>,
  error: WxDevError,
): Finding {
  return { type: 'failed', sent, received, error };
}

/** Faults and warnings that one rule looks for, so that the others leave them to it. */
const owned: readonly ErrorCode[] = ['WXD2106', 'WXD2109', 'WXD2118', 'WXD2124'];

/** Passes when WeChat would take the answer, apart from what the rules about replies look for. */
export function accepted(reply: Reply): Finding {
  const fault = reply.judged.faults.find((error) => !isWxDevError(error, ...owned));
  return fault === undefined ? passed : failed(reply, fault);
}

/** What a request is that must be refused. */
export interface Unwanted {
  readonly rule: string;
  readonly what: Words;
  /** What it means when it is taken: anybody may forge a push, or the input is not looked at. */
  readonly taken: 'WXD2151' | 'WXD2154';
}

/** Passes when the app refuses with a status of 400 to 499. */
export function refused(reply: Reply, { rule, what, taken }: Unwanted): Finding {
  const { answer, judged } = reply;
  if (answer === undefined) return failed(reply, judged.faults[0] ?? notRefused(0));
  const { status } = answer;
  if (status >= 400 && status < 500) return passed;
  return failed(reply, notRefused(status));

  function notRefused(code: number): WxDevError {
    const details = { rule, what, status: code };
    return new WxDevError(code >= 500 ? 'WXD2153' : taken, details);
  }
}
