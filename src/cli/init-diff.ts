import { resolve } from 'node:path';
import { compareFiles, filesOf, type Compared } from '../scaffold/compare.ts';
import { forPackageManager } from '../scaffold/external.ts';
import { readRecord } from '../scaffold/record.ts';
import { readPresent } from '../scaffold/survey.ts';
import { loadForeignTemplate, loadLayer, loadTemplate } from '../scaffold/template.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { findPackageManager } from './package-manager.ts';
import { diffLines } from './render/line-diff.ts';

/** `wx-dev init [dir] --diff`: how a project stands to its template of today. Writes nothing. */
export async function showDiff({ args, options, context }: Invocation): Promise<ExitCode> {
  const { cwd, env, out, err, json, quiet, messages } = context;
  const dir = resolve(cwd, args[0] ?? '.');
  const record = await readRecord(dir);
  const from = textOption(options, 'from');
  const plain =
    from === undefined
      ? await loadTemplate(textOption(options, 'template') ?? record.manifest.name)
      : await loadForeignTemplate(resolve(cwd, from));
  const pm = await findPackageManager(textOption(options, 'pm'), dir, env);
  const template = forPackageManager(plain, pm);
  const layers = await Promise.all(record.layers.map((name) => loadLayer(name, template.manifest)));
  const files = filesOf(template, layers, { dir, record });
  const present = await readPresent(
    dir,
    files.map(({ path }) => path),
  );
  const compared = compareFiles(files, present, record.files);
  const different = compared.filter(({ state }) => state !== 'same');
  if (json) {
    const states = compared.map(({ state, file: { path } }) => ({ path, state }));
    out.line(JSON.stringify({ dir, template: template.manifest.name, files: states }));
    return exitCodes.ok;
  }
  if (different.length === 0) out.line(`  ${messages.init.upToDate}`);
  for (const one of different) {
    const [state = ''] = messages.init.states[one.state].split(/ +/);
    out.line(`  ${state}\u0020\u0020${one.file.path}`);
    if (one.state === 'update' || one.state === 'conflict') showLines(one, out);
  }
  if (different.length > 0 && !quiet) err.line(`  ${messages.init.shownOnly}`);
  return exitCodes.ok;
}

function showLines({ file, before }: Compared, out: Invocation['context']['out']): void {
  if (before === undefined) return;
  const lines = diffLines(before.toString().split('\n'), file.bytes.toString().split('\n'));
  for (const { type, line } of lines) {
    if (type === 'old') out.line(out.tone('bad', `    - ${line}`));
    else if (type === 'new') out.line(out.tone('good', `    + ${line}`));
  }
}
