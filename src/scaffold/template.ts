import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { isInside, parseManifest, type TemplateManifest } from './manifest.ts';

/** One file of a template, as it lies in the package but under its final name. */
export interface TemplateFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** A template with everything in it. */
export interface Template {
  readonly manifest: TemplateManifest;
  /** In the order of their paths. */
  readonly files: readonly TemplateFile[];
}

/** `templates/` of this package: two folders above this file, in `src` and in `dist`. */
const packagedTemplates = join(import.meta.dirname, '..', '..', 'templates');

/**
 * The templates of a folder, by name.
 *
 * @throws WXD7004 when one is damaged.
 */
export async function listTemplates(dir = packagedTemplates): Promise<TemplateManifest[]> {
  const names = await templateNames(dir);
  return Promise.all(names.map((name) => readManifest(dir, name)));
}

/**
 * Reads a template.
 *
 * @throws WXD7002 for an unknown name, WXD7004 for a damaged template.
 */
export async function loadTemplate(name: string, dir = packagedTemplates): Promise<Template> {
  const known = await templateNames(dir);
  if (!known.includes(name)) throw new WxDevError('WXD7002', { name, known });
  const manifest = await readManifest(dir, name);
  const root = join(dir, name, 'files');
  const files: TemplateFile[] = [];
  for (const path of await listFiles(root, name)) {
    const file = join(root, path);
    const { mode } = await lstat(file);
    // Only "may be run" is the template's to say; the rest depends on how the package was installed.
    const permissions = (mode & 0o100) === 0 ? 0o644 : 0o755;
    files.push({
      path: finalPath(path, manifest.rename),
      bytes: await readFile(file),
      mode: permissions,
    });
  }
  checkReferences(manifest, files);
  return { manifest, files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)) };
}

async function templateNames(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

async function readManifest(dir: string, name: string): Promise<TemplateManifest> {
  let text: string;
  try {
    text = await readFile(join(dir, name, 'template.json'), 'utf8');
  } catch (error) {
    throw damaged(name, { en: 'template.json is missing', zh: '缺少 template.json' }, error);
  }
  return parseManifest(text, name);
}

/** Paths below `root`, with `/`. A link in a template could bring in any file of the machine. */
async function listFiles(root: string, template: string, under = ''): Promise<string[]> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(
    (error: unknown) => {
      throw damaged(template, { en: 'files/ is missing', zh: '缺少 files/' }, error);
    },
  );
  const paths: string[] = [];
  for (const entry of entries) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await listFiles(root, template, path)));
    else if (entry.isFile() && isInside(path)) paths.push(path);
    else throw damaged(template, { en: `${path} is not a plain file`, zh: `${path} 不是普通文件` });
  }
  return paths;
}

/** npm leaves `.gitignore` and `.npmrc` out of a package, so templates keep them as `_gitignore`, `_npmrc`. */
function finalPath(path: string, rename: Readonly<Record<string, string>>): string {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  return path.slice(0, cut) + (Object.hasOwn(rename, name) ? rename[name] : name);
}

function checkReferences(manifest: TemplateManifest, files: readonly TemplateFile[]): void {
  const { name, tokens, env, readme } = manifest;
  const present = new Set(files.map(({ path }) => path));
  const needed = [...tokens, ...Object.values(readme), ...(env === undefined ? [] : [env])];
  const missing = needed.find((path) => !present.has(path));
  if (missing === undefined) return;
  throw damaged(name, { en: `${missing} is missing`, zh: `缺少 ${missing}` });
}

function damaged(template: string, reason: Words, cause?: unknown): WxDevError {
  return new WxDevError('WXD7004', { template, reason }, { cause });
}
