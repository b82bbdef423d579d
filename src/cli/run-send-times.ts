import { runCampaign, type CampaignSummary } from '../simulator/campaign.ts';
import { checkExpectations, unmet } from '../simulator/expectation.ts';
import type { SendOutcome } from '../simulator/outcome.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { campaignJson, renderCampaign } from './render/send-times.ts';
import { exitCodeOfOutcome } from './send-exit.ts';
import type { Sending } from './send-plan.ts';

/** Sends many, each with an id of its own, and prints one summary; also of what ended before Ctrl-C. */
export async function runSendTimes(sending: Sending): Promise<ExitCode> {
  const { invocation, flags } = sending;
  const { context } = invocation;
  const { out, json, signal, quiet } = context;
  const plan = sending.plan(0);
  let missed: SendOutcome | undefined;
  const summary = await runCampaign({
    times: flags.times,
    concurrency: flags.concurrency,
    send: (index) => (index === 0 ? plan : sending.plan(index)).send(),
    onOutcome: (outcome) => {
      if (unmet(checkExpectations(outcome, flags.expectations)).length > 0) missed ??= outcome;
    },
    signal,
  });
  const checked = missed === undefined ? [] : checkExpectations(missed, flags.expectations);
  if (json) out.line(JSON.stringify(campaignJson(summary, checked)));
  else if (!quiet) {
    for (const line of renderCampaign(summary, plan.subject, checked, context)) out.line(line);
  }
  if (summary.interrupted) return exitCodes.interrupted;
  if (flags.expectations.length > 0) {
    return missed === undefined ? exitCodes.ok : exitCodes.expectation;
  }
  return exitCodeOfSummary(summary);
}

function exitCodeOfSummary({ firstFailure }: CampaignSummary): ExitCode {
  return firstFailure === undefined ? exitCodes.ok : exitCodeOfOutcome(firstFailure);
}
