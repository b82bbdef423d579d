import { relative, resolve } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { applyPlan } from '../scaffold/apply.ts';
import { filesOf, planAdd } from '../scaffold/compare.ts';
import { readRecord } from '../scaffold/record.ts';
import { readPresent } from '../scaffold/survey.ts';
import { loadLayer, type Template } from '../scaffold/template.ts';
import type { Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

/** `wx-dev add <layers...>`: adds layers to the project in this folder, and overwrites nothing that the user changed. */
export async function runAdd({ args, options, context }: Invocation): Promise<ExitCode> {
  const dir = resolve(context.cwd);
  const record = await readRecord(dir);
  const names = [...new Set(args.flatMap((list) => list.split(',')).filter((name) => name !== ''))];
  const layers = await Promise.all(names.map((name) => loadLayer(name, record.manifest)));
  const base = { manifest: record.manifest, files: [] };
  const paths = filesOf(base, layers, { dir, record }).map(({ path }) => path);
  const present = await readPresent(dir, paths);
  const plan = planAdd({ dir, record, layers, present, version: context.version });
  const keep = options['keep'] === true;
  if (plan.conflicts.length > 0 && !keep) {
    throw new WxDevError('WXD7010', { names: plan.conflicts, layers: names });
  }
  const dryRun = options['dryRun'] === true;
  if (!dryRun) await applyPlan({ ...plan, conflicts: [] }, { signal: context.signal });
  // The record itself is no news.
  const files = plan.writes.slice(0, -1).map(({ path }) => path);
  const kept = [...plan.kept, ...plan.conflicts];
  report({ dir, names, files, kept, layers, dryRun }, context);
  return exitCodes.ok;
}

interface Added {
  readonly dir: string;
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly kept: readonly string[];
  readonly layers: readonly Template[];
  readonly dryRun: boolean;
}

function report(
  added: Added,
  { out, json, quiet, messages, language, cwd }: Invocation['context'],
): void {
  const { dir, names, files, kept, layers, dryRun } = added;
  if (json) {
    out.line(JSON.stringify({ dir, layers: names, files, kept, dryRun }));
    return;
  }
  if (quiet) return;
  const { add } = messages;
  const list = names.join(', ');
  const done = dryRun ? add.wouldAdd(list, files.length) : add.added(list, files.length);
  out.line(`  ${files.length === 0 ? add.nothing : done}`);
  for (const file of files) out.line(`    ${relative(cwd, resolve(dir, file))}`);
  if (kept.length > 0) out.line(`  ${add.kept(kept.join(', '))}`);
  const pages = layers.flatMap(({ manifest: { readme } }) => (readme ? [readme[language]] : []));
  if (pages.length > 0) out.line(`  ${add.read(pages.join(', '))}`);
}
