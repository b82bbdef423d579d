import { checkExpectations, unmet } from '../simulator/expectation.ts';
import type { SendOutcome, SentRequest } from '../simulator/outcome.ts';
import { textOption } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { createProgress, type Progress } from './render/progress.ts';
import { answerLine } from './render/answer-line.ts';
import { renderExpectations, renderSend, sendJson } from './render/send.ts';
import { printForms, printRequest } from './render/send-request.ts';
import { exitCodeOfOutcome } from './send-exit.ts';
import type { Sending, SendPlan } from './send-plan.ts';

/** Sends one thing, or twice with `--duplicate`, and prints what came. */
export async function runSendOnce(sending: Sending): Promise<ExitCode> {
  const { options, context } = sending.invocation;
  const plan = sending.plan(0);
  if (options['dryRun'] === true) return show(sending, plan);
  const outcome = await sendAndPrint(sending, plan);
  if (options['duplicate'] !== true) return judge(sending, outcome);
  const { out, quiet, json, messages } = context;
  if (!quiet && !json) out.line(`  ${messages.send.duplicate}`);
  const again = await sendAndPrint(sending, plan);
  const alike = outcome.text === again.text && outcome.status === again.status;
  if (!quiet && !json) {
    out.line(`  ${alike ? messages.send.sameAnswer : messages.send.otherAnswer}`);
  }
  const [first, second] = [judge(sending, outcome), judge(sending, again)];
  return first === exitCodes.ok ? second : first;
}

function show({ invocation }: Sending, plan: SendPlan): ExitCode {
  const { options, context } = invocation;
  const { out, err, json, messages, quiet } = context;
  const request = plan.preview();
  const form = printFormOf(options);
  if (json && form === undefined) out.line(JSON.stringify(requestJson(request, plan.plain)));
  else out.line(printed(form ?? 'http', request, plan, context.version));
  if (!quiet) err.line(messages.send.notSent);
  return exitCodes.ok;
}

function requestJson(
  { method, url, headers, body }: SentRequest,
  plain: string | undefined,
): object {
  return { method, url, headers, body: Buffer.from(body).toString(), plain: plain ?? null };
}

async function sendAndPrint({ invocation, flags }: Sending, plan: SendPlan): Promise<SendOutcome> {
  const { options, context } = invocation;
  const { out, err, json, quiet, verbose } = context;
  const startedAt = new Date();
  const outcome = await sendAndExplain(plan, flags, context);
  const checked = checkExpectations(outcome, flags.expectations);
  const form = printFormOf(options);
  if (form !== undefined) {
    out.line(printed(form, outcome.request, plan, context.version, { outcome, startedAt }));
  }
  // What was asked to be printed has stdout for itself, so that it can be piped.
  const lines = form === undefined ? out : err;
  if (json) {
    if (form === undefined) out.line(JSON.stringify(sendJson(outcome, checked)));
    return outcome;
  }
  if (quiet) {
    if (!outcome.accepted && flags.expectations.length === 0) {
      err.line(answerLine(outcome.summary, outcome.faults, context.language));
    }
    for (const error of unmet(checked)) err.line(error.message);
    return outcome;
  }
  const where = { ...context, out: lines };
  for (const line of renderSend(outcome, plan.subject, where)) lines.line(line);
  if (verbose) {
    for (const line of plan.explain(outcome)) lines.line(line);
  }
  for (const line of renderExpectations(checked, where)) lines.line(line);
  return outcome;
}

/** Sends; where the path was wrong, and nobody expects that, looks for the right one. A stream may take minutes: it says so meanwhile. */
async function sendAndExplain(
  plan: SendPlan,
  { expectations }: Sending['flags'],
  context: Sending['invocation']['context'],
): Promise<SendOutcome> {
  let progress: Progress | undefined;
  const follow = (): void => {
    if (progress !== undefined) return;
    progress = createProgress(context);
    progress.step(context.messages.send.following);
  };
  const outcome = await plan.send(follow).finally(() => progress?.stop());
  return expectations.length > 0 ? outcome : plan.lookAround(outcome);
}

/** With expectations they alone decide: who expects a 500 is content with it. */
function judge({ flags }: Sending, outcome: SendOutcome): ExitCode {
  if (flags.expectations.length === 0) return exitCodeOfOutcome(outcome);
  const missed = unmet(checkExpectations(outcome, flags.expectations));
  return missed.length === 0 ? exitCodes.ok : exitCodes.expectation;
}

function printFormOf(
  options: Sending['invocation']['options'],
): (typeof printForms)[number] | undefined {
  const form = textOption(options, 'print');
  return printForms.find((known) => known === form);
}

function printed(
  form: (typeof printForms)[number],
  request: SentRequest,
  { plain }: SendPlan,
  version: string,
  sent?: { readonly outcome: SendOutcome; readonly startedAt: Date },
): string {
  return printRequest(form, {
    request,
    plain,
    response: sent?.outcome.response,
    ms: sent?.outcome.ms,
    startedAt: sent?.startedAt ?? new Date(),
    version,
  });
}
