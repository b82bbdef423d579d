import { basename, dirname, resolve } from 'node:path';
import { runProjectCommand } from '../dev/project-command.ts';
import { creatorCommand, externalCreators, type ExternalCreator } from '../scaffold/external.ts';
import { checkFolderName } from '../scaffold/names.ts';
import { listLayers, listTemplates } from '../scaffold/template.ts';
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
  const { out, err, json, quiet, cwd, env, signal, messages } = context;
  const dir = resolve(cwd, args[0] ?? 'wechat-app');
  checkFolderName(basename(dir));
  const pm = await findPackageManager(textOption(options, 'pm'), dirname(dir), env);
  const words = creatorCommand(creator, pm, basename(dir));
  const command = words.map(quoted).join(' ');
  const ran = options['run'] === true && options['dryRun'] !== true;
  if (ran) {
    if (!quiet) err.line(`  ${command} ...`);
    await runProjectCommand({ command, cwd: dirname(dir), env, signal });
  }
  const next = ran ? [`cd ${quoted(basename(dir))}`] : [command];
  if (json) out.line(JSON.stringify({ dir, template: creator.name, files: [], next, ran }));
  else {
    if (!quiet && !ran) out.line(`  ${messages.init.runCreator}`);
    for (const step of next) out.line(`    ${out.tone('link', step)}`);
  }
  return exitCodes.ok;
}

/** For a shell. The name was checked: it holds no quotes. */
function quoted(word: string): string {
  return /^[\w@/.:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
