import type { TemplateManifest } from '../../scaffold/manifest.ts';
import type { Context } from '../context.ts';
import { renderFields } from './fields.ts';

/** What was, or would be, written. */
export interface PlanView {
  readonly files: readonly string[];
  /** Files that were there and stay as they are. */
  readonly kept: readonly string[];
  readonly folder: string;
  readonly next: readonly string[];
  readonly dryRun: boolean;
  readonly git: boolean;
}

/** The result of `init` and the commands that come next. */
export function renderPlan(view: PlanView, { messages, out, verbose }: Context): string[] {
  const { files, kept, folder, next, dryRun, git } = view;
  const { init } = messages;
  const lines = [
    `  ${dryRun ? init.wouldWrite(files.length, folder) : init.written(files.length, folder)}`,
  ];
  if (dryRun || verbose) lines.push(...files.map((file) => `    ${file}`));
  if (kept.length > 0) lines.push(`  ${init.kept(kept.join(', '))}`);
  if (dryRun) return lines;
  if (files.includes('.env')) lines.push(`  ${init.secrets}`);
  if (git) lines.push(`  ${init.gitDone}`);
  return [...lines, '', `  ${init.next}`, ...next.map((step) => `    ${out.tone('link', step)}`)];
}

/** What `--list` shows. */
interface Offered {
  readonly templates: readonly TemplateManifest[];
  readonly layers: readonly TemplateManifest[];
  readonly externals: readonly Pick<TemplateManifest, 'name' | 'title'>[];
}

/** Templates, layers, and the creators of others. */
export function renderTemplates(
  { templates, layers, externals }: Offered,
  { language, messages }: Context,
): string[] {
  const rows = (list: readonly Pick<TemplateManifest, 'name' | 'title'>[]): string[] =>
    renderFields(list.map(({ name, title }) => [name, title[language]]));
  const { init } = messages;
  return [
    ...rows(templates),
    ...(layers.length === 0 ? [] : ['', `  ${init.layers}`, ...rows(layers)]),
    '',
    `  ${init.external}`,
    ...rows(externals),
  ];
}
