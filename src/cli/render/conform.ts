import { formatError, say, type Language } from '../../core/errors.ts';
import type { ConformReport, RuleResult } from '../../simulator/conform/run.ts';
import { groups, type GroupName, type Rule } from '../../simulator/conform/rule.ts';
import type { Context } from '../context.ts';
import type { Output } from '../terminal.ts';
import { fit, truncate, widthOf } from './columns.ts';
import { renderError } from './error.ts';
import { oneLine } from './one-line.ts';
import { wrap } from './wrap.ts';

type ConformContext = Pick<Context, 'out' | 'messages' | 'language'>;

/** Cells of the word that says how a rule ended, in both languages. */
const MARK_CELLS = 5;

/** Cells of the labels in front of what was sent and received. */
const LABEL_CELLS = 10;

/** The heading of a group. */
export function renderGroup(group: GroupName, { out, language }: ConformContext): string[] {
  return ['', out.tone('strong', `${groups[group].number} ${groups[group][language]}`)];
}

/** One rule: a line when it is kept, with the reason when it was skipped, with all that is known when it is broken. */
export function renderResult({ rule, finding }: RuleResult, context: ConformContext): string[] {
  const { out, messages, language } = context;
  const { conform } = messages;
  const name = say(rule.name, language);
  switch (finding.type) {
    case 'passed':
      return [line(out, out.tone('good', fit(conform.ok, MARK_CELLS)), name)];
    case 'skipped':
      return [
        line(out, out.tone('warn', fit(conform.skipped, MARK_CELLS)), rule.id),
        ...indented(out, say(finding.reason, language), MARK_CELLS + 3),
      ];
    case 'failed': {
      const detail = (label: string, text: string): string =>
        truncate(`        ${fit(label, LABEL_CELLS)}${oneLine(text)}`, out.columns);
      return [
        line(out, out.tone('bad', fit(conform.failed, MARK_CELLS)), `${rule.id}: ${name}`),
        detail(conform.sent, say(finding.sent, language)),
        detail(conform.received, say(finding.received, language)),
        ...renderError(formatError(finding.error, language), out, MARK_CELLS + 3),
      ];
    }
    default:
      return finding satisfies never;
  }
}

/** How many rules were kept, and that nothing is proven where none was checked. */
export function renderSummary(report: ConformReport, { out, messages }: ConformContext): string[] {
  const { passed, failed, skipped, ms } = report;
  const { conform } = messages;
  const tone = failed > 0 ? 'bad' : 'good';
  const line = out.tone(tone, conform.summary(passed, failed, skipped, (ms / 1000).toFixed(1)));
  return passed + failed === 0 ? [line, out.tone('warn', conform.nothing)] : [line];
}

/** Every rule under its group. */
export function renderList(rules: readonly Rule[], language: Language, out: Output): string[] {
  const width = Math.max(...rules.map(({ id }) => widthOf(id))) + 2;
  const indent = ' '.repeat(width + 2);
  return Object.entries(groups).flatMap(([group, { number, ...name }]) => {
    const own = rules.filter((rule) => rule.group === group);
    const lines = own.flatMap((rule) => {
      const [first = '', ...more] = wrap(say(rule.name, language), 80 - width - 2, widthOf);
      return [`  ${fit(rule.id, width)}${first}`, ...more.map((text) => indent + text)];
    });
    return [out.tone('strong', `${number} ${group}: ${name[language]}`), ...lines];
  });
}

/** A whole run as one JSON value. */
export function conformJson(
  url: string,
  { results, passed, failed, skipped, ms }: ConformReport,
  language: Language,
): Record<string, unknown> {
  const rules = results.map((result) => ruleJson(result, language));
  return { url, passed, failed, skipped, ms: Math.round(ms), rules };
}

/** The rules as one JSON value. */
export function listJson(rules: readonly Rule[], language: Language): Record<string, unknown>[] {
  return rules.map(({ id, group, name }) => {
    return { id, group, number: groups[group].number, name: say(name, language) };
  });
}

function ruleJson({ rule, finding, ms }: RuleResult, language: Language): Record<string, unknown> {
  const known = {
    id: rule.id,
    group: rule.group,
    name: say(rule.name, language),
    result: finding.type,
    ms: Math.round(ms),
  };
  switch (finding.type) {
    case 'passed':
      return known;
    case 'skipped':
      return { ...known, reason: say(finding.reason, language) };
    case 'failed': {
      const { code, title, body, run } = formatError(finding.error, language);
      const sent = say(finding.sent, language);
      const received = say(finding.received, language);
      return { ...known, sent, received, code, message: title, body, run };
    }
    default:
      return finding satisfies never;
  }
}

function line(out: Output, mark: string, text: string): string {
  return `  ${mark} ${truncate(oneLine(text), out.columns - MARK_CELLS - 3)}`;
}

function indented(out: Output, text: string, indent: number): string[] {
  const lines = wrap(oneLine(text), out.columns - indent, widthOf);
  return lines.map((part) => ' '.repeat(indent) + part);
}
