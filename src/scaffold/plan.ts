import { Buffer } from 'node:buffer';
import { basename } from 'node:path';
import { addLines, envFile, projectFiles } from './fill.ts';
import type { TemplateManifest } from './manifest.ts';
import { checkFolderName, checkPackageName, packageNameFrom } from './names.ts';
import { formatRecord, hashOf, recordFile } from './record.ts';
import { isStagingName } from './staging.ts';
import type { Template, TemplateFile } from './template.ts';

/** What is at a path already. `other` is a socket, device or pipe. */
export type ExistingKind = 'file' | 'directory' | 'symlink' | 'other';

/** What the target folder holds before. Made by `surveyTarget`. */
export interface Existing {
  /** Whether the folder is there. */
  readonly exists: boolean;
  /** Folders on the way to it that are not there either, outermost first, itself last. */
  readonly missing: readonly string[];
  /** Names directly in it. */
  readonly names: readonly string[];
  /** What is at the paths that the template brings, and at the folders above them. */
  readonly entries: ReadonlyMap<string, ExistingKind>;
  /** Text of a `.gitignore` that is there. */
  readonly gitignore?: string | undefined;
}

/** What the user decided, or what stands in for it. */
export interface Answers {
  /** Package name; made from the folder's name when absent. */
  readonly name?: string | undefined;
  /** Port of the app; the template's own when absent. */
  readonly port?: number | undefined;
  readonly appId?: string | undefined;
  /** Overwrite files that the template brings. */
  readonly force?: boolean | undefined;
  /** The folder is a project already: only what belongs to the callback is added, and every file that is there stays. */
  readonly into?: boolean | undefined;
  /** Path of the Go module; `example.com/<name>` when absent. */
  readonly module?: string | undefined;
  /** Values of `.env` by name. See core/secrets.ts. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** One file that will be written. */
export interface Write {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
  /** Something is there already and gives way. */
  readonly overwrites: boolean;
}

/** What `applyPlan` will do; can be shown before. */
export interface Plan {
  /** The project's folder, absolute. */
  readonly dir: string;
  /** Package name. */
  readonly name: string;
  readonly manifest: TemplateManifest;
  readonly writes: readonly Write[];
  /** Files that are there already and stay as they are. */
  readonly kept: readonly string[];
  /** Names in the way; a plan with any is not applied. */
  readonly conflicts: readonly string[];
}

/** What may lie in a folder that counts as empty, in lower case: what a code host, an editor or the system puts there. */
const leftovers: ReadonlySet<string> = new Set([
  '.git',
  '.gitattributes',
  '.gitignore',
  '.hg',
  '.svn',
  '.idea',
  '.vscode',
  '.ds_store',
  'thumbs.db',
  'desktop.ini',
  '.wx-dev',
  'license',
  'license.md',
  'license.txt',
  'readme',
  'readme.md',
  'readme.txt',
  'readme.zh-cn.md',
]);

/**
 * Decides what to write. Nothing is ever deleted; without `force` nothing is overwritten; a `.gitignore` that is there gets the
 * missing lines added, because without them `.env` would be committed.
 *
 * @throws WXD7003 for a folder or package name that cannot be used.
 */
export function planProject(options: {
  readonly template: Template;
  readonly layers?: readonly Template[] | undefined;
  /** Absolute. */
  readonly dir: string;
  readonly existing: Existing;
  readonly answers: Answers;
  /** Version of wx-dev: with it, the project gets a record of what was written. */
  readonly version?: string | undefined;
}): Plan {
  const { template, layers = [], dir, existing, answers } = options;
  for (const segment of existing.missing) checkFolderName(segment);
  if (answers.name !== undefined) checkPackageName(answers.name);
  const name = answers.name ?? packageNameFrom(basename(dir));
  const writes: Write[] = [];
  const kept: string[] = [];
  const all = projectFiles(template, layers, { ...answers, dir, name });
  const files = answers.into === true ? all.filter((file) => belongsInto(file, options)) : all;
  const isFilled = answers.force === true || answers.into === true;
  const conflicts = new Set(namesInTheWay(files, existing, isFilled));
  for (const file of files) {
    const { path } = file;
    const kind = existing.entries.get(path);
    if (kind === 'directory' || kind === 'other') conflicts.add(path);
    else if (kind === undefined) writes.push({ ...file, overwrites: false });
    else if (path === '.gitignore' && existing.gitignore !== undefined) {
      const merged = addLines(existing.gitignore, file.bytes.toString());
      if (merged === existing.gitignore) kept.push(path);
      else writes.push({ ...file, bytes: Buffer.from(merged), overwrites: true });
    } else if (answers.force === true && path !== envFile)
      // Secrets of the user are not overwritten.
      writes.push({ ...file, overwrites: true });
    else kept.push(path);
  }
  if (options.version !== undefined) writes.push(recordOf(options, options.version, name, writes));
  return { dir, name, manifest: template.manifest, writes, kept, conflicts: [...conflicts] };
}

/** The callback itself, and what keeps its secrets out of the repository. */
function belongsInto(
  { path }: TemplateFile,
  { template, layers = [] }: { template: Template; layers?: readonly Template[] | undefined },
): boolean {
  const { into, env } = template.manifest;
  if (into === undefined || [envFile, env, '.gitignore'].includes(path)) return true;
  const isOfLayer = layers.some((layer) => layer.files.some((file) => file.path === path));
  return isOfLayer || into.some((place) => path === place || path.startsWith(`${place}/`));
}

function recordOf(
  {
    template,
    layers = [],
    answers,
    existing,
  }: {
    template: Template;
    layers?: readonly Template[] | undefined;
    answers: Answers;
    existing: Existing;
  },
  version: string,
  name: string,
  writes: readonly Write[],
): Write {
  const { module, port, appId } = answers;
  const text = formatRecord({
    wxDev: version,
    manifest: template.manifest,
    layers: layers.map(({ manifest }) => manifest.name),
    answers: { name, module, port, appId },
    files: Object.fromEntries(
      // `.env` is the user's from the first moment on.
      writes.filter(({ path }) => path !== envFile).map(({ path, bytes }) => [path, hashOf(bytes)]),
    ),
  });
  const overwrites = existing.entries.has(recordFile);
  return { path: recordFile, bytes: Buffer.from(text), mode: 0o644, overwrites };
}

/** Also with `force`: a file where the template has a folder cannot give way without being deleted. */
function namesInTheWay(
  files: readonly TemplateFile[],
  existing: Existing,
  force: boolean,
): string[] {
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  const blocked = [...folders].filter((folder) =>
    ['file', 'other'].includes(existing.entries.get(folder) ?? ''),
  );
  if (force) return blocked;
  return existing.names.filter(
    (name) => !leftovers.has(name.toLowerCase()) && !isStagingName(name),
  );
}

/** `a/b/c` is in `a` and `a/b`. */
export function foldersAbove(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}
