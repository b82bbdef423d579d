import { basename, relative, resolve } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { newAesKey, newSigningSecret, newToken } from '../core/secrets.ts';
import { initGit } from '../dev/git.ts';
import { applyPlan } from '../scaffold/apply.ts';
import { planProject, type Plan } from '../scaffold/plan.ts';
import { surveyTarget } from '../scaffold/survey.ts';
import type { TemplateManifest } from '../scaffold/manifest.ts';
import {
  listLayers,
  listTemplates,
  loadForeignTemplate,
  loadLayer,
  loadTemplate,
  type Template,
} from '../scaffold/template.ts';
import { listOption, textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import type { Output } from './terminal.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderPlan, renderTemplates } from './render/init.ts';

const DEFAULT_TEMPLATE = 'node-minimal';
const DEFAULT_DIR = 'wechat-app';

/** `wx-dev init [dir]`: plan, show or write, and say what comes next. */
export async function runInit(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const { out, json } = context;
  if (options['list'] === true) {
    const templates = [...(await listTemplates()), ...(await listLayers())];
    if (json) out.line(JSON.stringify(templates));
    else for (const line of renderTemplates(templates, context)) out.line(line);
    return exitCodes.ok;
  }
  const answers = await ask(invocation);
  if (!answers) return exitCodes.interrupted;
  checkAppId(answers.appId);
  const from = textOption(options, 'from');
  const template =
    from === undefined
      ? await loadTemplate(textOption(options, 'template') ?? DEFAULT_TEMPLATE)
      : await loadForeignTemplate(resolve(context.cwd, from));
  const layers = await loadLayers(listOption(options, 'with'), template.manifest);
  const dir = resolve(context.cwd, answers.dir);
  const plan = planProject({
    template,
    layers,
    dir,
    existing: await surveyTarget(dir, [template, ...layers]),
    answers: {
      name: textOption(options, 'name'),
      module: textOption(options, 'module'),
      appId: answers.appId,
      force: options['force'] === true,
      secrets: newSecrets(),
    },
  });
  // Also a dry run must say what would stop the real one.
  const { conflicts } = plan;
  if (conflicts.length > 0) throw new WxDevError('WXD7001', { dir, names: conflicts });
  const dryRun = options['dryRun'] === true;
  if (!dryRun) await applyPlan(plan, { signal: context.signal });
  const git = !dryRun && options['git'] !== false && (await initGit(dir));
  report(plan, { dryRun, git, context });
  return exitCodes.ok;
}

/** `--with docker,ci --with nginx`: each once, in this order. */
async function loadLayers(asked: readonly string[], base: TemplateManifest): Promise<Template[]> {
  const names = new Set(asked.flatMap((list) => list.split(',')).filter((name) => name !== ''));
  return Promise.all([...names].map((name) => loadLayer(name, base)));
}

/** Values of the project's own `.env`; a template names those it wants. */
function newSecrets(): Record<string, string> {
  return {
    WX_TOKEN: newToken(),
    WX_AES_KEY: newAesKey(),
    JWT_SECRET: newSigningSecret(),
    API_SIGN_SECRET: newSigningSecret(),
  };
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

interface Answered {
  readonly dir: string;
  readonly appId: string | undefined;
}

/** Asks for what no flag said, where somebody can answer; undefined when they cancelled. */
async function ask({ args, options, context }: Invocation): Promise<Answered | undefined> {
  const appId = textOption(options, 'appid');
  const given = args[0];
  if (!context.interactive || (given !== undefined && appId !== undefined)) {
    return { dir: given ?? DEFAULT_DIR, appId };
  }
  const { text, isCancel, cancel } = await import('@clack/prompts');
  const { init } = context.messages;
  const { signal } = context;
  const dir =
    given ??
    (await text({
      message: init.askDir,
      defaultValue: DEFAULT_DIR,
      placeholder: DEFAULT_DIR,
      signal,
    }));
  const answer = isCancel(dir)
    ? dir
    : (appId ?? (await text({ message: init.askAppid, defaultValue: '', signal })));
  if (isCancel(dir) || isCancel(answer)) {
    cancel(init.cancelled);
    return undefined;
  }
  return { dir, appId: answer || undefined };
}

function report(
  plan: Plan,
  { dryRun, git, context }: { dryRun: boolean; git: boolean; context: Context },
): void {
  const { out, json, cwd, quiet } = context;
  const folder = relative(cwd, plan.dir) || basename(plan.dir);
  const files = plan.writes.map((write) => write.path);
  const next = nextSteps(plan, relative(cwd, plan.dir), out);
  if (json) {
    const template = plan.manifest.name;
    out.line(JSON.stringify({ dir: plan.dir, template, files, next, dryRun }));
  } else if (!quiet) {
    const { kept } = plan;
    for (const line of renderPlan({ files, kept, folder, next, dryRun, git }, context)) {
      out.line(line);
    }
  }
}

/** Commands that lead from the new folder to the first answered message. */
function nextSteps({ manifest }: Plan, folder: string, out: Output): string[] {
  const { scripts } = manifest;
  const start = scripts['start'] ?? scripts['dev'] ?? '';
  return [
    ...(folder === '' ? [] : [`cd ${folder.includes(' ') ? `"${folder}"` : folder}`]),
    ...(scripts['install'] === undefined ? [] : [scripts['install']]),
    out.typed(`wx-dev dev -- ${start}`),
    out.typed('wx-dev send text 你好'),
  ];
}
