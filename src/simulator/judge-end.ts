import { WxDevError } from '../core/errors.ts';
import type { Verdict } from '../core/exchange.ts';
import type { Judgement } from '../wechat/judge.ts';
import type { ReceivedAnswer, SendOutcome } from './outcome.ts';
import type { RequestEnd } from './request.ts';

/** From here on an answer counts as slow, in milliseconds: 1.5 s before WeChat leaves, which a mobile network can eat up. */
const slowMs = 3500;

/** One attempt, judged. */
export type Judged = Omit<SendOutcome, 'attempts' | 'request'>;

/** Judges how a request ended; `judge` says what WeChat would make of an answer. */
export function judgeEnd(
  end: RequestEnd & { readonly ms: number },
  judge: (answer: ReceivedAnswer) => Judgement,
): Judged {
  const { ms } = end;
  if (end.type !== 'answered') {
    return {
      status: 0,
      ms,
      verdict: end.type,
      accepted: false,
      visible: 'failure',
      summary: end.error.message,
      faults: [end.error],
      warnings: [],
    };
  }
  const { status } = end.answer;
  const { accepted, visible, reply, text, summary, faults, warnings } = judge(end.answer);
  const slow = accepted && ms > slowMs;
  const slowness = slow ? [new WxDevError('WXD2002', { ms: Math.round(ms), limitMs: slowMs })] : [];
  return {
    status,
    ms,
    verdict: slow ? 'slow' : verdictOf(accepted, status),
    accepted,
    visible,
    reply,
    text,
    summary,
    faults,
    warnings: [...warnings, ...slowness],
    response: end.answer,
  };
}

/** Apps refuse a wrong signature with 401 or 403. */
function verdictOf(accepted: boolean, status: number): Verdict {
  if (accepted) return 'ok';
  return status === 401 || status === 403 ? 'rejected' : 'failed';
}
