import { setMaxListeners } from 'node:events';
import { isWxDevError, WxDevError } from '../../core/errors.ts';
import { Probe } from './probe.ts';
import type { Finding, Rule } from './rule.ts';
import { selectRules, type Selection } from './rules.ts';
import { logStart } from './secrets.ts';
import type { ConformTarget } from './target.ts';

/** How long a whole run may take, in milliseconds. An app that answers at once needs a few seconds. */
const runLimitMs = 300_000;

/** One rule that was run. */
export interface RuleResult {
  readonly rule: Rule;
  readonly finding: Finding;
  /** How long it took. */
  readonly ms: number;
}

/** A run of the suite. */
export interface ConformReport {
  readonly results: readonly RuleResult[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
}

/** What to run, and who is told. */
export interface RunOptions extends Selection {
  /** Told about each rule as it ends. */
  readonly onResult?: ((result: RuleResult) => void) | undefined;
  /** @default 300000 */
  readonly limitMs?: number | undefined;
}

/**
 * Runs the rules one after the other. Rejects with the reason of the target's signal when that fires.
 *
 * @throws WXD2150 WXD3001 WXD3002 WXD3004 WXD3011 when nothing at all answers at the URL
 */
export async function runConform(
  target: ConformTarget,
  { onResult, limitMs = runLimitMs, ...selection }: RunOptions = {},
): Promise<ConformReport> {
  const started = performance.now();
  const { signal } = target;
  const limit = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any(signal === undefined ? [limit] : [signal, limit]);
  setMaxListeners(0, either); // Each of many followers at once listens.
  const probe = new Probe({ ...target, signal: either });
  await logStart(probe);
  await inTime(checkReachable(probe), probe.target.url, { signal, limit, limitMs });
  const results: RuleResult[] = [];
  for (const rule of selectRules(selection, target.account.kind).rules) {
    const begun = performance.now();
    const finding = await checkInTime(rule, probe, { signal, limit, limitMs });
    const result = { rule, finding, ms: performance.now() - begun };
    results.push(result);
    onResult?.(result);
  }
  const count = (type: Finding['type']): number =>
    results.filter(({ finding }) => finding.type === type).length;
  return {
    results,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    ms: performance.now() - started,
  };
}

interface Limits {
  readonly signal: AbortSignal | undefined;
  readonly limit: AbortSignal;
  readonly limitMs: number;
}

/** Nothing before the first rule may take longer than a whole run. */
async function inTime(work: Promise<void>, url: string, limits: Limits): Promise<void> {
  const { signal, limit, limitMs } = limits;
  try {
    await work;
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) throw new WxDevError('WXD2150', { url, limitMs });
    throw error;
  }
}

async function checkInTime(rule: Rule, probe: Probe, limits: Limits): Promise<Finding> {
  const { signal, limit, limitMs } = limits;
  try {
    if (!limit.aborted) return await rule.check(probe);
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit.aborted) throw error;
  }
  signal?.throwIfAborted();
  const error = new WxDevError('WXD2168', { rule: rule.id, limitMs });
  return { type: 'failed', sent: '-', received: '-', error };
}

/** Without any answer there is nothing to test: neither to the verification nor, should the app have only that, to a push. */
async function checkReachable(probe: Probe): Promise<void> {
  const { url } = probe.target;
  const verified = await probe.verify({ what: 'GET' });
  if (verified.answer !== undefined) return;
  const pushed = await probe.push({ what: 'text', fields: probe.makePush('text') });
  if (pushed.answer !== undefined) return;
  const [error] = verified.judged.faults;
  if (error === undefined || isWxDevError(error, 'WXD2001')) {
    throw new WxDevError('WXD2150', { url, limitMs: probe.timeoutMs });
  }
  throw error;
}
