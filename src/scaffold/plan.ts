import { Buffer } from 'node:buffer';
import { basename } from 'node:path';
import { addLines, envFile, projectFiles } from './fill.ts';
import type { TemplateManifest } from './manifest.ts';
import { checkFolderName, checkPackageName, packageNameFrom } from './names.ts';
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
}): Plan {
  const { template, layers = [], dir, existing, answers } = options;
  for (const segment of existing.missing) checkFolderName(segment);
  if (answers.name !== undefined) checkPackageName(answers.name);
  const name = answers.name ?? packageNameFrom(basename(dir));
  const writes: Write[] = [];
  const kept: string[] = [];
  const files = projectFiles(template, layers, { ...answers, dir, name });
  const conflicts = new Set(namesInTheWay(files, existing, answers.force === true));
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
  return { dir, name, manifest: template.manifest, writes, kept, conflicts: [...conflicts] };
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
  return existing.names.filter((name) => !leftovers.has(name.toLowerCase()));
}

/** `a/b/c` is in `a` and `a/b`. */
export function foldersAbove(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}
