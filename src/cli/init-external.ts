import { basename, dirname, join, relative, resolve } from 'node:path';
import { newProjectSecrets } from '../core/secrets.ts';
import { runAtTerminal } from '../dev/project-command.ts';
import { applyPlan } from '../scaffold/apply.ts';
import {
  creatorCommand,
  creatorSettings,
  externalCreators,
  forPackageManager,
  type ExternalCreator,
} from '../scaffold/external.ts';
import { checkFolderName } from '../scaffold/names.ts';
import { planProject } from '../scaffold/plan.ts';
import { findStats, surveyTarget } from '../scaffold/survey.ts';
import { listLayers, listTemplates, type Template } from '../scaffold/template.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { findPackageManager } from './package-manager.ts';
import { renderTemplates } from './render/init.ts';

/** `wx-dev init --list`: templates, layers, and creators of others. */
export async function listEverything(context: Context): Promise<ExitCode> {
  const { out, json } = context;
  const [templates, layers] = await Promise.all([listTemplates(), listLayers()]);
  const externals = externalCreators.map(({ name, title }) => ({ name, title, kind: 'external' }));
  if (json) out.line(JSON.stringify([...templates, ...layers, ...externals]));
  else {
    const lines = renderTemplates({ templates, layers, externals }, context);
    for (const line of lines) out.line(line);
  }
  return exitCodes.ok;
}

/** Prints the command of somebody else's creator, or runs it with `--run`: that needs a network. */
export async function runExternal(
  { args, options, context }: Invocation,
  creator: ExternalCreator,
): Promise<ExitCode> {
  const { err, quiet, cwd, env, signal } = context;
  const dir = resolve(cwd, args[0] ?? 'wechat-app');
  checkFolderName(basename(dir));
  const pm = await findPackageManager(textOption(options, 'pm'), dirname(dir), env);
  const words = creatorCommand(creator, pm, basename(dir));
  const command = words.map(quoted).join(' ');
  if (options['run'] !== true || options['dryRun'] === true) {
    report({ dir, creator, files: [], next: [command], ran: false, made: false }, context);
    return exitCodes.ok;
  }
  if (!quiet) err.line(`  ${command} ...`);
  await runAtTerminal({ words, cwd: dirname(dir), env, signal });
  // A creator may have been told another name, or to stop.
  const made = (await findStats(join(dir, 'package.json'))) !== undefined;
  const settings = made ? creatorSettings(creator) : undefined;
  const template = settings && forPackageManager(settings, pm);
  const files = template ? await addSettings(dir, template, { options, context }) : [];
  const dev = context.out.typed(`wx-dev dev -- ${template?.manifest.scripts['dev']}`);
  const next = made ? [`cd ${quoted(relative(cwd, dir))}`, ...(template ? [dev] : [])] : [command];
  report({ dir, creator, files, next, ran: true, made }, context);
  return exitCodes.ok;
}

/** Puts what wx-dev needs beside what the creator wrote, of which nothing changes. */
async function addSettings(
  dir: string,
  template: Template,
  { options, context }: Pick<Invocation, 'options' | 'context'>,
): Promise<string[]> {
  const existing = await surveyTarget(dir, [template]);
  const appId = textOption(options, 'appid');
  const answers = { into: true, appId, secrets: newProjectSecrets() };
  const plan = planProject({ template, dir, existing, answers });
  return applyPlan(plan, { signal: context.signal });
}

interface Created {
  readonly dir: string;
  readonly creator: ExternalCreator;
  /** What wx-dev added. */
  readonly files: readonly string[];
  readonly next: readonly string[];
  readonly ran: boolean;
  readonly made: boolean;
}

function report({ dir, creator, files, next, ran, made }: Created, context: Context): void {
  const { out, json, quiet, messages } = context;
  if (json) {
    out.line(JSON.stringify({ dir, template: creator.name, files, next, ran }));
    return;
  }
  const { init } = messages;
  const added = files.length === 0 ? init.creatorAlone : init.creatorGiven(files.join(', '));
  const ended = made ? added : init.creatorStopped;
  if (!quiet) out.line(`  ${ran ? ended : init.runCreator}`);
  for (const step of next) out.line(`    ${out.tone('link', step)}`);
}

/** For a shell. The name was checked: it holds no quotes. */
function quoted(word: string): string {
  return /^[\w@/.:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
