import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { newProjectSecrets } from '../core/secrets.ts';
import { initGit } from '../dev/git.ts';
import { runProjectCommand } from '../dev/project-command.ts';
import { checkPrograms } from '../dev/requirements.ts';
import { applyPlan } from '../scaffold/apply.ts';
import { externalCreators, forPackageManager, type PackageManager } from '../scaffold/external.ts';
import type { TemplateManifest } from '../scaffold/manifest.ts';
import { planProject, type Plan } from '../scaffold/plan.ts';
import { surveyTarget } from '../scaffold/survey.ts';
import {
  loadForeignTemplate,
  loadLayer,
  loadTemplate,
  type Template,
} from '../scaffold/template.ts';
import { listOption, textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { askInit, type InitAnswers } from './init-answers.ts';
import { listEverything, runExternal } from './init-external.ts';
import { showDiff } from './init-diff.ts';
import { findPackageManager } from './package-manager.ts';
import { renderPlan } from './render/init.ts';
import type { Output } from './terminal.ts';

/** `wx-dev init [dir]`: plan, show or write, and say what comes next. */
export async function runInit(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  if (options['list'] === true) return listEverything(context);
  if (options['diff'] === true) return showDiff(invocation);
  checkAppId(textOption(options, 'appid'));
  const creator = externalCreators.find(({ name }) => name === options['template']);
  if (creator !== undefined) return runExternal(invocation, creator);
  const answers = await askInit(invocation);
  if (!answers) return exitCodes.interrupted;
  checkAppId(answers.appId);
  const { plan, pm } = await planInit(invocation, answers);
  // Also a dry run must say what would stop the real one.
  const { conflicts, dir } = plan;
  if (conflicts.length > 0) throw new WxDevError('WXD7001', { dir, names: conflicts });
  const dryRun = options['dryRun'] === true;
  if (!dryRun) await applyPlan(plan, { signal: context.signal });
  const git = !dryRun && options['git'] !== false && (await initGit(dir));
  const installed = !dryRun && answers.install && (await install(plan, context));
  report(plan, { dryRun, git, installed, pm, context });
  return exitCodes.ok;
}

async function planInit(
  { options, context }: Invocation,
  answers: InitAnswers,
): Promise<{ plan: Plan; pm: PackageManager }> {
  const into = textOption(options, 'into');
  const dir = resolve(context.cwd, into ?? answers.dir);
  const pm = await findPackageManager(textOption(options, 'pm'), dir, context.env);
  const template = forPackageManager(await chosenTemplate(options, answers, context), pm);
  const layers = await loadLayers(listOption(options, 'with'), template.manifest);
  const module = textOption(options, 'module');
  const plan = planProject({
    template,
    layers,
    dir,
    existing: await surveyTarget(dir, [template, ...layers]),
    answers: {
      name: textOption(options, 'name'),
      module: module ?? (into === undefined ? undefined : await moduleThere(dir)),
      appId: answers.appId,
      force: options['force'] === true,
      into: into !== undefined,
      secrets: newProjectSecrets(),
    },
    version: context.version,
  });
  return { plan, pm };
}

function chosenTemplate(
  options: Invocation['options'],
  { template }: InitAnswers,
  context: Context,
): Promise<Template> {
  const from = textOption(options, 'from');
  return from === undefined
    ? loadTemplate(template)
    : loadForeignTemplate(resolve(context.cwd, from));
}

/** A Go project that is there keeps its module. */
async function moduleThere(dir: string): Promise<string | undefined> {
  const text = await readFile(join(dir, 'go.mod'), 'utf8').catch(() => ''); // Not a Go project.
  return /^module\s+"?([^\s"]+)/m.exec(text)?.[1];
}

/** `--with docker,ci --with nginx`: each once, in this order. */
async function loadLayers(asked: readonly string[], base: TemplateManifest): Promise<Template[]> {
  const names = new Set(asked.flatMap((list) => list.split(',')).filter((name) => name !== ''));
  return Promise.all([...names].map((name) => loadLayer(name, base)));
}

/** `wx…` for Official Accounts and mini programs, `ww…` for WeCom: what the consoles show. */
function checkAppId(appId: string | undefined): void {
  if (appId === undefined || /^w[xw][0-9a-z]{16}$/i.test(appId)) return;
  throw new WxDevError('WXD6001', {
    source: { name: '--appid' },
    received: appId,
    expected: 'wx0123456789abcdef',
  });
}

async function install({ dir, manifest }: Plan, context: Context): Promise<boolean> {
  const { scripts, requires } = manifest;
  const { env, signal, err, messages, quiet } = context;
  const command = scripts['install'];
  if (command === undefined) return false;
  await checkPrograms(requires, { env, signal });
  if (!quiet) err.line(`  ${messages.init.installing(command)}`);
  const startedAt = performance.now();
  await runProjectCommand({ command, cwd: dir, env, signal });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!quiet) err.line(`  ${messages.init.installed(seconds)}`);
  return true;
}

interface Done {
  readonly dryRun: boolean;
  readonly git: boolean;
  readonly installed: boolean;
  readonly pm: PackageManager;
  readonly context: Context;
}

function report(plan: Plan, { dryRun, git, installed, pm, context }: Done): void {
  const { out, json, cwd, quiet } = context;
  const folder = relative(cwd, plan.dir) || basename(plan.dir);
  const files = plan.writes.map((write) => write.path);
  const next = nextSteps(plan, { folder: relative(cwd, plan.dir), installed, out });
  if (json) {
    const template = plan.manifest.name;
    const kept = plan.kept;
    out.line(
      JSON.stringify({ dir: plan.dir, template, files, kept, next, pm, git, installed, dryRun }),
    );
  } else if (!quiet) {
    const { kept } = plan;
    for (const line of renderPlan({ files, kept, folder, next, dryRun, git }, context)) {
      out.line(line);
    }
  }
}

/** Commands that lead from the new folder to the first answered message. */
function nextSteps(
  { manifest }: Plan,
  { folder, installed, out }: { folder: string; installed: boolean; out: Output },
): string[] {
  const { scripts, kind } = manifest;
  const start = scripts['dev'] ?? scripts['start'] ?? '';
  const install = installed ? undefined : scripts['install'];
  const run = [out.typed('wx-dev try'), out.typed(`wx-dev dev -- ${start}`)];
  return [
    ...(folder === '' ? [] : [`cd ${folder.includes(' ') ? `"${folder}"` : folder}`]),
    ...(install === undefined ? [] : [install]),
    ...(kind === 'callback' ? [...run, out.typed('wx-dev send text 你好')] : []),
  ];
}
