import { isWxDevError, WxDevError } from '../../core/errors.ts';
import type { Account, Format, Mode } from '../../wechat/account.ts';
import { parseJson } from '../../wechat/json.ts';
import { isFields, type FieldValue } from '../../wechat/fields.ts';
import { isPayName, payVersionOf } from '../../wechat/sample-pay.ts';

import { composePush } from '../compose.ts';
import { createEntropy, type Entropy } from '../entropy.ts';
import {
  checkExpectations,
  checkValues,
  lookUp,
  parseExpectation,
  unmet,
  type CheckedExpectation,
} from '../expectation.ts';
import type { SendOutcome } from '../outcome.ts';
import { wechatPause } from '../pacing.ts';
import { composePayment, payTampersOf } from '../pay/compose-payment.ts';
import type { PaySender } from '../pay/pay-request.ts';
import { payDelaysMs } from '../pay/schedule.ts';
import { sendPay } from '../pay/send-pay.ts';
import { sendPush, sendVerify } from '../send.ts';
import { wechatTimeoutMs, type TargetOptions } from '../target.ts';
import type { ApiCall, WechatApi } from '../wechat-api.ts';
import { expand, type Place, type Values } from './expand.ts';
import type { Save, Scenario, Step } from './scenario.ts';

/** Where a scenario is sent, and what it may use. */
export interface ScenarioOptions extends TargetOptions {
  /** Whose pushes are sent; a scenario of payments alone needs none. */
  readonly account?: Account | undefined;
  /** @default plain */
  readonly mode?: Mode | undefined;
  /** Who is paid. */
  readonly merchant?: Merchant | undefined;
  /** @default xml */
  readonly format?: Format | undefined;
  /** For `${env:NAME}`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Makes the same bytes every time. */
  readonly seed?: string | undefined;
  /** Seconds since the epoch, for every step. @default now */
  readonly timestamp?: string | undefined;
  /** Where calls of the app to WeChat's API are seen; without it, steps that wait for one are skipped. */
  readonly observer?: Pick<WechatApi, 'take'> | undefined;
  /** Told about each step as it ends. */
  readonly onStep?: ((report: StepReport) => void) | undefined;
}

/** A merchant, and what wx-dev signs its payments with. */
export interface Merchant {
  readonly appId?: string | undefined;
  readonly mchId?: string | undefined;
  /** Of each version that the scenario has payments of. */
  readonly senders: Readonly<Partial<Record<'v2' | 'v3', PaySender>>>;
}

/** How one step went. */
export interface StepReport {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly line?: number | undefined;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** What came, when something was sent. */
  readonly outcome?: SendOutcome | undefined;
  readonly checked: readonly CheckedExpectation[];
  /** Why it failed, the first reason first. */
  readonly errors: readonly WxDevError[];
}

/** How a scenario went. */
export interface ScenarioReport {
  readonly name: string;
  readonly path: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly steps: readonly StepReport[];
}

/**
 * Sends a scenario step by step. A step with expectations passes when they are met, one without when WeChat would take the answer. A step
 * that fails does not end the scenario; what it was to save is missing then, and the steps that use it fail too.
 *
 * @throws what `sendPush` throws for a target that cannot be used; the reason of `signal`
 */
export async function runScenario(
  scenario: Scenario,
  options: ScenarioOptions,
): Promise<ScenarioReport> {
  const saved = new Map<string, string>();
  const values: Values = { written: scenario.values, saved, env: options.env ?? {} };
  const steps: StepReport[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    options.signal?.throwIfAborted();
    const run = { scenario, step, index, values, options };
    const report = {
      number: index + 1,
      name: step.name,
      line: step.line,
      ...(await runStep(run, saved)),
    };
    steps.push(report);
    options.onStep?.(report);
  }
  const count = (result: StepReport['result']): number =>
    steps.filter((step) => step.result === result).length;
  return {
    name: scenario.name,
    path: scenario.path,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    steps,
  };
}

interface Run {
  readonly scenario: Scenario;
  readonly step: Step;
  readonly index: number;
  readonly values: Values;
  readonly options: ScenarioOptions;
}

type StepEnd = Omit<StepReport, 'number' | 'name' | 'line'>;

async function runStep(run: Run, saved: Map<string, string>): Promise<StepEnd> {
  const { step, options } = run;
  try {
    if (step.await !== undefined) return await awaitCall(run, step.await);
    const outcome = await sendStep(run);
    const place = placeOf(run);
    const expectations = step.expect.map(({ text, line }) =>
      parseExpectation(expand(text, run.values, { ...place, line })),
    );
    const checked = checkExpectations(outcome, expectations);
    const missed = expectations.length > 0 ? unmet(checked) : outcome.faults;
    const unsaved = keep(step.save, outcome, saved);
    const errors = [...missed, ...unsaved];
    return { result: errors.length === 0 ? 'passed' : 'failed', outcome, checked, errors };
  } catch (error) {
    if (!isWxDevError(error) || options.signal?.aborted === true) throw error;
    return { result: 'failed', checked: [], errors: [error] };
  }
}

function sendStep(run: Run): Promise<SendOutcome> {
  const { step, index, values, options } = run;
  const entropy = createEntropy(
    options.seed === undefined ? undefined : `${options.seed}#${index}`,
  );
  const say = (text: string): string => expand(text, values, placeOf(run));
  const saying: Saying = {
    say,
    maybe: (text) => (text === undefined ? undefined : say(text)),
    what: say(step.send ?? ''),
    set: step.set.map(([path, value]) => [path, say(value)] as const),
    entropy,
  };
  return isPayName(saying.what) ? payStep(run, saying) : pushStep(run, saying);
}

/** What a step says, with its `${…}` replaced. */
interface Saying {
  readonly say: (text: string) => string;
  readonly maybe: (text: string | undefined) => string | undefined;
  readonly what: string;
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly entropy: Entropy;
}

function pushStep(run: Run, { maybe, what, set, entropy }: Saying): Promise<SendOutcome> {
  const { scenario, step, options } = run;
  const { account, mode = 'plain', timestamp, timeoutMs = wechatTimeoutMs } = options;
  if (account === undefined) throw new TypeError('a push of a scenario needs an account');
  const target = { ...options, url: urlOf(options.url, step), entropy, tamper: step.tamper };
  if (what === 'verify') return sendVerify({ ...target, account });
  const createTime = timestamp ?? String(Math.floor(Date.now() / 1000));
  const fields = composePush({
    what,
    content: maybe(step.content),
    scene: maybe(step.scene),
    data: step.data,
    set,
    unset: step.unset,
    from: maybe(step.from ?? scenario.from),
    to: maybe(step.to ?? scenario.to),
    appId: account.appId,
    msgId: newMsgId(entropy, createTime),
    createTime,
  });
  return sendPush({
    ...target,
    account,
    mode,
    format: scenario.format ?? options.format,
    fields,
    attempts: step.retry ? 3 : 1,
    waitMs: wechatPause(timeoutMs),
  });
}

/** A payment: `content` is the number of the order; `retry` waits as long as WeChat Pay, twice. */
function payStep(run: Run, { maybe, what, set, entropy }: Saying): Promise<SendOutcome> {
  const { scenario, step, options } = run;
  const { merchant, timestamp } = options;
  const sender = merchant?.senders[payVersionOf(what)];
  if (sender === undefined) throw new WxDevError('WXD6050', { name: what });
  const content = composePayment(
    {
      name: what,
      outTradeNo: maybe(step.content),
      set,
      unset: step.unset,
      from: maybe(step.from ?? scenario.from),
      appId: merchant?.appId,
      mchId: merchant?.mchId,
      timestamp,
    },
    sender,
    entropy,
  );
  const tamper = payTampersOf(content.sample).find((one) => one === step.tamper);
  return sendPay({
    ...options,
    url: urlOf(options.url, step),
    content,
    entropy,
    tamper,
    attempts: step.retry ? 3 : 1,
    waitMs: ({ number }) => payDelaysMs[number - 1] ?? 0,
  });
}

/** The step's path instead of the target's, and the authoriser's AppId where the URL has WeChat's placeholder for it. */
function urlOf(target: string, { path, appId }: Step): string {
  const url = path === undefined || !URL.canParse(target) ? target : new URL(path, target).href;
  if (appId === undefined) return url;
  return url.replaceAll('$APPID$', appId).replaceAll('%24APPID%24', appId);
}

function newMsgId(entropy: Entropy, createTime: string): string {
  return `${createTime}${entropy.digits(9)}`;
}

function keep(
  saves: readonly Save[],
  outcome: SendOutcome,
  saved: Map<string, string>,
): readonly WxDevError[] {
  return saves.flatMap(({ name, value, match }) => {
    const seen = lookUp(outcome, value);
    const found = match === undefined || seen === undefined ? [seen] : match.exec(seen);
    const kept = found?.[1] ?? found?.[0];
    if (kept === undefined) {
      const wanted = match === undefined ? value : `${value}~=/${match.source}/`;
      return [new WxDevError('WXD6044', { expected: wanted, seen: seen ?? 'nothing' })];
    }
    saved.set(name, kept);
    return [];
  });
}

async function awaitCall(run: Run, path: string): Promise<StepEnd> {
  const { step, values, options } = run;
  const { observer, timeoutMs = wechatTimeoutMs, signal } = options;
  if (observer === undefined) return { result: 'skipped', checked: [], errors: [] };
  const place = placeOf(run);
  const call = await observer.take(path, timeoutMs, signal);
  if (call === undefined) {
    const error = new WxDevError('WXD6044', { expected: `a call to ${path}`, seen: 'nothing' });
    return { result: 'failed', checked: [], errors: [error] };
  }
  const expectations = step.expect.map(({ text, line }) =>
    parseExpectation(expand(text, values, { ...place, line })),
  );
  const checked = checkValues((name) => fieldOfCall(call, name), expectations);
  const errors = unmet(checked);
  return { result: errors.length === 0 ? 'passed' : 'failed', checked, errors };
}

/** `call` is the body, `call.text.content` a value of it. */
function fieldOfCall({ body }: ApiCall, name: string): string | undefined {
  const [first, ...path] = name.split('.');
  if (first !== 'call') return undefined;
  if (path.length === 0) return body;
  let value: FieldValue | undefined;
  try {
    value = parseJson(body);
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return undefined;
  }
  for (const key of path) {
    value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return typeof value === 'string' ? value : undefined;
}

function placeOf({ scenario, step }: Pick<Run, 'scenario' | 'step'>): Place {
  return { path: scenario.path, line: step.line };
}
