import { Resources } from '../core/resources.ts';
import type { Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderSendList } from './render/send-list.ts';
import { runSendOnce } from './run-send-once.ts';
import { runSendScenario } from './run-send-scenario.ts';
import { runSendTimes } from './run-send-times.ts';
import { isPayName } from '../wechat/sample-pay.ts';
import { runPayKey } from './run-pay-key.ts';
import { readSendFlags } from './send-flags.ts';
import { preparePayment } from './send-pay.ts';
import { planPush, type Sending, type SendPlan } from './send-plan.ts';
import { listSendNames } from './send-names.ts';
import { readSubject } from './send-subject.ts';
import { findSendTarget, type SendTarget } from './send-target.ts';

/** `wx-dev send`: plays WeChat, prints how the answer is judged, and exits accordingly. */
export async function runSend(invocation: Invocation): Promise<ExitCode> {
  const { args, context, options } = invocation;
  if (options['list'] === true) return listNames(context);
  if (args[0] === 'pay.key' || args[0] === 'pay.cert') return runPayKey(invocation);
  const flags = readSendFlags(options);
  await using resources = new Resources();
  if (isPayName(args[0] ?? '')) return sendAll(await preparePayment(invocation, flags));
  // A scenario of payments alone has no account whose pushes could be sent.
  let found: Promise<SendTarget> | undefined;
  const findTarget = (): Promise<SendTarget> =>
    (found ??= findSendTarget(invocation, flags.timeoutMs));
  const subject = await readSubject(invocation, flags, resources, findTarget);
  if (subject.type === 'scenario') {
    return await runSendScenario(invocation, flags, subject.scenario, { resources, findTarget });
  }
  const target = await findTarget();
  const plan = (index: number): SendPlan => planPush({ invocation, flags, target, subject }, index);
  // Awaited here: a picture is served until the answer has come.
  return await sendAll({ invocation, flags, plan });
}

function sendAll(sending: Sending): Promise<ExitCode> {
  return sending.flags.times > 1 ? runSendTimes(sending) : runSendOnce(sending);
}

function listNames({ out, json, messages }: Context): ExitCode {
  const names = listSendNames();
  if (json) out.line(JSON.stringify(names));
  else for (const line of renderSendList(names, messages, out.columns)) out.line(line);
  return exitCodes.ok;
}
