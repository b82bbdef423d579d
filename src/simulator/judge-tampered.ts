import { WxDevError } from '../core/errors.ts';
import type { Judgement } from '../wechat/judge.ts';
import type { ReceivedAnswer } from './outcome.ts';

/**
 * Judges the answer to a push that is wrong on purpose: a refusal is right, and so is a 200 that WeChat would not take. An answer that
 * WeChat would take, and an app that broke, are not.
 */
export function judgeTampered(
  { status }: ReceivedAnswer,
  judged: Judgement,
  tamper: string,
): Judgement {
  const refused = !judged.accepted && status < 500;
  return {
    ...judged,
    accepted: refused,
    visible: 'nothing',
    faults: refused ? [] : [new WxDevError('WXD6049', { tamper, status })],
    warnings: [],
  };
}
