import type { CampaignSummary } from '../../simulator/campaign.ts';
import type { CheckedExpectation } from '../../simulator/expectation.ts';
import { renderExpectations, renderSend, type SendContext, type SendSubject } from './send.ts';

/** The summary of many sends: how many, how they were judged, how long they took, and the first that went wrong. */
export function renderCampaign(
  summary: CampaignSummary,
  subject: SendSubject,
  checked: readonly CheckedExpectation[],
  context: SendContext,
): string[] {
  const { out, messages } = context;
  const { times } = messages.send;
  const { count, totalMs, verdicts, p50, p95, max, accepted, firstFailure } = summary;
  const perSecond = totalMs > 0 ? (count * 1000) / totalMs : 0;
  const seen = Object.entries(verdicts).map(
    // The keys are those of the type, which Object.entries forgets.
    ([verdict, number]) =>
      `${messages.exchange.verdicts[verdict as keyof typeof verdicts]} ${number}`,
  );
  const lines = [
    ...(summary.interrupted ? [`  ${out.tone('warn', times.interrupted)}`] : []),
    `  ${times.sent(count, `${(totalMs / 1000).toFixed(1)} s`, perSecond.toFixed(0))}`,
    `  ${out.tone(accepted === count ? 'good' : 'bad', times.accepted(accepted))}  ${seen.join('  ')}`,
    `  ${times.ms(formatMs(p50), formatMs(p95), formatMs(max))}`,
  ];
  if (firstFailure !== undefined) {
    lines.push(`  ${times.first}`, ...renderSend(firstFailure, subject, context));
  }
  return [...lines, ...renderExpectations(checked, context)];
}

/** The same as one JSON value. */
export function campaignJson(
  summary: CampaignSummary,
  checked: readonly CheckedExpectation[],
): Record<string, unknown> {
  const { firstFailure, totalMs, p50, p95, max, ...rest } = summary;
  const [fault] = firstFailure?.faults ?? [];
  return {
    ...rest,
    totalMs: Math.round(totalMs),
    p50: round(p50),
    p95: round(p95),
    max: round(max),
    firstFailure: fault === undefined ? null : { code: fault.code, message: fault.message },
    missed: checked.filter(({ met }) => !met),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
