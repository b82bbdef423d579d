import { errorCode } from '../core/system-error.ts';
import { startWechatApi, type WechatApi } from '../simulator/wechat-api.ts';
import type { Settings } from '../config/resolve.ts';
import type { PaySender } from '../simulator/pay/pay-request.ts';
import { runScenario, type Merchant } from '../simulator/scenario/run.ts';
import type { Scenario, Step } from '../simulator/scenario/scenario.ts';
import type { Resources } from '../core/resources.ts';
import { isPayName, payVersionOf } from '../wechat/sample-pay.ts';
import { textOption, type Invocation, type Options } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import {
  renderScenarioEnd,
  renderScenarioHead,
  renderStep,
  scenarioJson,
} from './render/scenario.ts';
import { invalidFlag, type SendFlags } from './send-flags.ts';
import { timestampOf } from './send-subject.ts';
import { merchantSettings, senderOf, type PayVersion } from './merchant.ts';
import { placeOf, type SendPlace, type SendTarget } from './send-target.ts';

/** What a scenario needs besides its steps. */
interface Surroundings {
  /** What is opened for it is closed with them. */
  readonly resources: Resources;
  /** The account whose pushes are sent. */
  readonly findTarget: () => Promise<SendTarget>;
}

/** Sends a scenario and prints a TAP line for each step; with `--dry-run` only checks the file. */
export async function runSendScenario(
  invocation: Invocation,
  flags: SendFlags,
  scenario: Scenario,
  { resources, findTarget }: Surroundings,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const { out, err, json, quiet, messages, env } = context;
  refuse(options);
  if (options['dryRun'] === true) {
    out.line(
      json
        ? JSON.stringify(scenario.steps.map(({ name }) => name))
        : renderScenarioHead(scenario).join('\n'),
    );
    if (!json)
      for (const [index, { name }] of scenario.steps.entries()) out.line(`# ${index + 1} ${name}`);
    if (!quiet) err.line(messages.send.notSent);
    return exitCodes.ok;
  }
  const merchant = await merchantOf(invocation, scenario);
  const isPush = ({ send }: Step): boolean => send !== undefined && !isPayName(send);
  const target: SendPlace & Partial<SendTarget> =
    merchant === undefined || scenario.steps.some(isPush)
      ? await findTarget()
      : await placeOf(invocation, merchant.settings, flags.timeoutMs);
  const awaits = scenario.steps.some((step) => step.await !== undefined);
  const observer = awaits ? await observe(target.apiBase, resources) : undefined;
  const speaks = !json && !quiet;
  if (speaks) for (const line of renderScenarioHead(scenario)) out.line(line);
  const report = await runScenario(scenario, {
    ...target,
    merchant,
    format: textOption(options, 'format') === 'json' ? 'json' : undefined,
    env,
    seed: flags.seed,
    timestamp: timestampOf(flags),
    observer,
    onStep: (step) => {
      if (!speaks) return;
      for (const line of renderStep(step, scenario.path, context)) out.line(line);
    },
  });
  if (json) out.line(JSON.stringify(scenarioJson(report)));
  else if (speaks) for (const line of renderScenarioEnd(report, context)) out.line(line);
  return report.failed === 0 ? exitCodes.ok : exitCodes.expectation;
}

/** Who is paid, and the settings that say it; undefined for a scenario without payments. @throws WXD6031 when a key is missing */
async function merchantOf(
  invocation: Invocation,
  { steps }: Scenario,
): Promise<(Merchant & { readonly settings: Settings }) | undefined> {
  const names = steps.map(({ send = '' }) => send).filter(isPayName);
  const versions = [...new Set(names.map(payVersionOf))];
  const [first] = versions;
  if (first === undefined) return undefined;
  const { cwd } = invocation.context;
  const signedBy = invocation.options['platformCert'] === true ? 'certificate' : 'key';
  const settings = await merchantSettings(invocation, first);
  const senders: Partial<Record<PayVersion, PaySender>> = {};
  for (const version of versions) {
    const own = version === first ? settings : await merchantSettings(invocation, version);
    senders[version] = await senderOf(own, version, { cwd, signedBy });
  }
  return { settings, appId: settings.get('appId'), mchId: settings.get('mchId'), senders };
}

/** Flags that a scenario says step by step would be silently without effect. */
function refuse(options: Options): void {
  for (const [name, flag] of [
    ['times', '--times'],
    ['expect', '--expect'],
    ['set', '--set'],
    ['print', '--print'],
    ['duplicate', '--duplicate'],
    ['edit', '--edit'],
  ] as const) {
    if (options[name] !== undefined && options[name] !== false) {
      throw invalidFlag(
        flag,
        'a scenario',
        'one message; write it into the steps',
        '单条消息；请写进 steps',
      );
    }
  }
}

/** Listens where the app looks for WeChat's API, when that is on this machine and nothing else is there. */
async function observe(
  apiBase: string | undefined,
  resources: Resources,
): Promise<WechatApi | undefined> {
  const url = apiBase === undefined ? undefined : new URL(apiBase);
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!isLocal || url.protocol !== 'http:') return undefined;
  try {
    const port = url.port === '' ? 80 : Number(url.port);
    return resources.use(await startWechatApi({ port, lenient: true }));
  } catch (error) {
    // Another program, such as a mock, is there: nothing can be observed, and nothing is disturbed.
    if (errorCode(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
}
