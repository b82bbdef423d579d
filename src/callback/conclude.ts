import type { Judgement } from '../wechat/judge.ts';
import type { Conclusion } from './late-replies.ts';
import type { Outcome } from './responder.ts';

/** What WeChat thinks of an answer, as part of an outcome. The first fault is the error, all else a warning. */
export function verdictOf({
  accepted,
  summary,
  text,
  faults: [error, ...others],
  warnings,
}: Judgement): Pick<Outcome, 'verdict' | 'reply' | 'answerText' | 'error' | 'warnings'> {
  return {
    verdict: accepted ? 'ok' : 'failed',
    reply: summary,
    answerText: text,
    error,
    warnings: [...others, ...warnings],
  };
}

/** What an answer that came too late amounts to: what WeChat would not have taken is not delivered by message either. */
export function conclusionOf({ summary, reply, faults: [error] }: Judgement): Conclusion {
  return { summary, reply, error };
}
