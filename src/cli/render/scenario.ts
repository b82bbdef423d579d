import { formatError } from '../../core/errors.ts';
import type { ScenarioReport, StepReport } from '../../simulator/scenario/run.ts';
import type { Scenario } from '../../simulator/scenario/scenario.ts';
import type { Context } from '../context.ts';
import { oneLine } from './one-line.ts';

type ScenarioContext = Pick<Context, 'out' | 'messages' | 'language'>;

/**
 * One step as a TAP line, with a block that says where and why when it failed.
 *
 * @see https://testanything.org/tap-version-14-specification.html
 */
export function renderStep(
  report: StepReport,
  path: string,
  { out, messages, language }: ScenarioContext,
): string[] {
  const { number, name, result, outcome, errors, line } = report;
  // A # would begin a directive.
  const title = oneLine(name).replaceAll('#', String.raw`\#`);
  const took = outcome === undefined ? '' : ` (${Math.round(outcome.ms)} ms)`;
  if (result === 'skipped') {
    return [`ok ${number} - ${title} # SKIP ${messages.send.scenario.notObserved}`];
  }
  if (result === 'passed') return [`${out.tone('good', 'ok')} ${number} - ${title}${took}`];
  const entries: [string, string][] = [
    ['at', line === undefined ? path : `${path}:${line}`],
    ...errors.flatMap((error): [string, string][] => {
      const { code, title: what, body } = formatError(error, language);
      return [
        ['code', code],
        ['message', [what, ...body].join('; ')],
      ];
    }),
    ...(outcome === undefined
      ? []
      : ([['answer', `${outcome.status} ${outcome.summary}`]] as [string, string][])),
  ];
  return [
    `${out.tone('bad', 'not ok')} ${number} - ${title}${took}`,
    '  ---',
    ...entries.map(([key, value]) => `  ${key}: ${JSON.stringify(oneLine(value).slice(0, 500))}`),
    '  ...',
  ];
}

/** What stands before the first step. */
export function renderScenarioHead({ steps, name }: Scenario): string[] {
  return ['TAP version 14', `1..${steps.length} # ${oneLine(name)}`];
}

/** What stands after the last step. */
export function renderScenarioEnd(
  { passed, failed, skipped }: ScenarioReport,
  { out, messages }: ScenarioContext,
): string[] {
  const line = messages.send.scenario.summary(passed, failed, skipped);
  return [`# ${failed === 0 ? out.tone('good', line) : out.tone('bad', line)}`];
}

/** The report as one JSON value. */
export function scenarioJson({ steps, ...report }: ScenarioReport): Record<string, unknown> {
  return {
    ...report,
    steps: steps.map(({ number, name, line, result, outcome, checked, errors }) => ({
      number,
      name,
      line: line ?? null,
      result,
      status: outcome?.status ?? null,
      ms: outcome === undefined ? null : Math.round(outcome.ms),
      verdict: outcome?.verdict ?? null,
      accepted: outcome?.accepted ?? null,
      summary: outcome?.summary ?? null,
      reply: outcome?.reply ?? null,
      expectations: checked,
      errors: errors.map(({ code, message }) => ({ code, message })),
    })),
  };
}
