import { AssertionError } from 'node:assert';
import { setMaxListeners } from 'node:events';
import { formatError, say, type Language } from '../core/errors.ts';
import { Probe } from '../simulator/conform/probe.ts';
import type { Finding, GroupName, Rule } from '../simulator/conform/rule.ts';
import { selectRules, type Selection } from '../simulator/conform/rules.ts';
import { logStart } from '../simulator/conform/secrets.ts';
import type { ConformTarget } from '../simulator/conform/target.ts';
import type { AccountKind } from '../wechat/account.ts';
import { accountOf, type CallbackOptions } from './account.ts';

/** How long a test of one rule may take, in milliseconds: slow work alone may take 20 s. */
const ruleTimeoutMs = 60_000;

/** The callback under test and what is known of the app. What is not known makes rules skipped, never passed. */
export type ConformOptions = CallbackOptions & Omit<ConformTarget, 'account' | 'signal'>;

/** Which rules, and in which language they speak. */
export interface ConformSelection extends Selection {
  /** @default 'en' */
  readonly language?: Language | undefined;
  /** Of the account, where `options` is a function: an AI bot has rules of its own. */
  readonly kind?: AccountKind | undefined;
}

/** What a rule takes of the context that a test runner gives: vitest's and node:test's both have it. */
export interface SkipContext {
  skip(reason: string): unknown;
}

/** A rule of the conformance suite as a test. */
export interface ConformTest {
  /** Stable: `verify.echostr-verbatim`. */
  readonly id: string;
  readonly group: GroupName;
  /** The id, and what holds when the rule is kept. */
  readonly name: string;
  /** What to give the runner as `timeout`, in milliseconds. */
  readonly timeout: number;
  /**
   * Asks the app. Rejects with an `AssertionError` that says what was sent, what came back and how to mend it. What cannot be checked is
   * skipped by `context.skip`; without a context it rejects too, so that it never counts as passed.
   */
  readonly run: (context?: SkipContext) => Promise<void>;
}

/**
 * The conformance suite as tests, for vitest, node:test and every runner that takes a name and a function. The tests belong together: run
 * them in order. `options` may be a function, called when the first test runs, for an app that a hook starts.
 *
 * ```ts
 * for (const { name, timeout, run } of conform({ url, token, aesKey, appId })) test(name, { timeout }, run);
 * ```
 *
 * @throws RangeError for a name in `only` or `skip` that means no rule
 */
export function conform(
  options: ConformOptions | (() => ConformOptions),
  { language = 'en', kind, ...selection }: ConformSelection = {},
): readonly ConformTest[] {
  const known = typeof options === 'function' ? kind : options.kind;
  const { rules, unknown } = selectRules(selection, known);
  if (unknown.length > 0) throw new RangeError(`no such rule or group: ${unknown.join(', ')}`);
  let probe: Probe | undefined;
  const openProbe = (): Probe => {
    probe ??= createProbe(typeof options === 'function' ? options() : options);
    return probe;
  };
  return rules.map((rule) => ({
    id: rule.id,
    group: rule.group,
    name: `${rule.id}: ${say(rule.name, language)}`,
    timeout: ruleTimeoutMs,
    run: (context) => runRule(rule, openProbe(), { context, language }),
  }));
}

function createProbe(options: ConformOptions): Probe {
  // One of our own, since followers by the dozen listen on it at once.
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal]);
  setMaxListeners(0, signal);
  return new Probe({ ...options, account: accountOf(options), signal });
}

interface RunOptions {
  readonly context: SkipContext | undefined;
  readonly language: Language;
}

async function runRule(rule: Rule, probe: Probe, { context, language }: RunOptions): Promise<void> {
  await logStart(probe);
  const finding = await rule.check(probe);
  switch (finding.type) {
    case 'passed':
      return;
    case 'skipped': {
      const reason = say(finding.reason, language);
      if (context === undefined) throw new AssertionError({ message: `not checked: ${reason}` });
      context.skip(reason);
      return;
    }
    case 'failed':
      throw new AssertionError({ message: describe(finding, language) });
    default:
      finding satisfies never;
  }
}

function describe(finding: Finding & { type: 'failed' }, language: Language): string {
  const { code, title, body, run } = formatError(finding.error, language);
  const labels = language === 'zh' ? ['发出', '收到'] : ['sent:', 'received:'];
  return [
    `${title} (${code})`,
    `  ${labels[0]} ${say(finding.sent, language)}`,
    `  ${labels[1]} ${say(finding.received, language)}`,
    ...body.map((line) => `  ${line}`),
    `  ${run}`,
  ].join('\n');
}
