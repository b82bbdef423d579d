import { WxDevError } from '../core/errors.ts';
import { conformRules, selectRules, type Selection } from '../simulator/conform/rules.ts';
import { runConform, type ConformReport, type RuleResult } from '../simulator/conform/run.ts';
import type { ConformTarget } from '../simulator/conform/target.ts';
import { listOption, type Invocation } from './command.ts';
import { openApi, readTarget } from './conform-target.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import {
  conformJson,
  listJson,
  renderGroup,
  renderList,
  renderResult,
  renderSummary,
} from './render/conform.ts';
import { tapHead, tapResult } from './render/conform-tap.ts';
import { loadCommandSettings } from './settings.ts';

/** `wx-dev conform`: asks a callback everything that WeChat and its users will, and exits with 7 when a rule is broken. */
export async function runConformCommand(invocation: Invocation): Promise<ExitCode> {
  const { context, options } = invocation;
  if (options['list'] === true) return listRules(context);
  const selection = selectionOf(invocation);
  const settings = await loadCommandSettings(invocation);
  const target = await readTarget(invocation, settings);
  await using api = await openApi(options);
  const { rules } = selectRules(selection, target.account.kind);
  if (rules.length === 0) throw noRule('--only', (selection.only ?? []).join(', '));
  const view = createView(invocation, rules.length);
  view.start(target);
  const report = await runConform({ ...target, api }, { ...selection, onResult: view.result });
  view.end(target, report);
  // What was not checked at all is not kept: a run that only skips must not look like success.
  return report.failed === 0 && report.passed > 0 ? exitCodes.ok : exitCodes.expectation;
}

function listRules({ out, json, language }: Context): ExitCode {
  if (json) out.line(JSON.stringify(listJson(conformRules, language)));
  else for (const line of renderList(conformRules, language, out)) out.line(line);
  return exitCodes.ok;
}

/** @throws WXD6001 for a name that means no rule: misspelt, it would run none or leave none out */
function selectionOf({ options }: Invocation): Selection {
  const selection = { only: listOption(options, 'only'), skip: listOption(options, 'skip') };
  const { rules, unknown } = selectRules(selection);
  const [first] = unknown;
  if (first === undefined && rules.length > 0) return selection;
  const name = first !== undefined && selection.skip.includes(first) ? '--skip' : '--only';
  throw noRule(name, first ?? selection.only.join(', '));
}

function noRule(name: string, received: string): WxDevError {
  return new WxDevError('WXD6001', {
    source: { name },
    received,
    expected: {
      en: 'a rule or group of wx-dev conform --list, not all of them left out',
      zh: 'wx-dev conform --list 列出的规则或组，且不能全部排除',
    },
  });
}

/** How a run is shown while it goes on. */
interface View {
  start(target: ConformTarget): void;
  readonly result: (result: RuleResult) => void;
  end(target: ConformTarget, report: ConformReport): void;
}

function createView(invocation: Invocation, count: number): View {
  const { context, options } = invocation;
  if (context.json) return jsonView(context);
  return options['tap'] === true || !context.out.isTTY
    ? tapView(context, count)
    : linesView(context, count);
}

function jsonView({ out, language }: Context): View {
  return {
    start: () => undefined,
    result: () => undefined,
    end: ({ url }, report) => out.line(JSON.stringify(conformJson(url, report, language))),
  };
}

/** TAP goes to other programs: the summary, for a person, goes to the other stream. */
function tapView({ out, err, language, messages, quiet }: Context, count: number): View {
  let number = 0;
  return {
    start: () => {
      for (const line of tapHead(count)) out.line(line);
    },
    result: (result) => {
      number += 1;
      for (const line of tapResult(result, number, language)) out.line(line);
    },
    end: (_, report) => {
      if (quiet) return;
      for (const line of renderSummary(report, { out: err, messages, language })) err.line(line);
    },
  };
}

function linesView(context: Context, count: number): View {
  const { out, err, messages, quiet } = context;
  let group = '';
  return {
    start: ({ url }) => {
      if (!quiet) err.line(messages.conform.testing(url, count));
    },
    result: (result) => {
      if (quiet && result.finding.type !== 'failed') return;
      const lines = result.rule.group === group ? [] : renderGroup(result.rule.group, context);
      group = result.rule.group;
      for (const line of [...lines, ...renderResult(result, context)]) out.line(line);
    },
    end: (_, report) => {
      for (const line of renderSummary(report, context)) out.line(line);
    },
  };
}
