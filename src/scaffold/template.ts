import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
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

/** Folder of the layers, among those of the templates. */
const layersFolder = 'layers';

/**
 * The templates of a folder, by name.
 *
 * @throws WXD7004 when one is damaged.
 */
export async function listTemplates(dir = packagedTemplates): Promise<TemplateManifest[]> {
  const names = await templateNames(dir);
  return Promise.all(names.map((name) => readManifest(join(dir, name), name)));
}

/**
 * The layers of a folder, by name.
 *
 * @throws WXD7004 when one is damaged.
 */
export async function listLayers(dir = packagedTemplates): Promise<TemplateManifest[]> {
  const names = await templateNames(join(dir, layersFolder));
  return Promise.all(names.map((name) => readManifest(join(dir, layersFolder, name), name)));
}

/**
 * Reads a template.
 *
 * @throws WXD7002 for an unknown name, WXD7004 for a damaged template.
 */
export async function loadTemplate(name: string, dir = packagedTemplates): Promise<Template> {
  const known = await templateNames(dir);
  if (!known.includes(name)) throw new WxDevError('WXD7002', { name, known });
  return loadTemplateFrom(join(dir, name), name);
}

/**
 * Reads a template that lies in a folder of its own.
 *
 * @param name what its manifest must call it; undefined takes any name.
 * @throws WXD7004 for a damaged template.
 */
async function loadTemplateFrom(root: string, name?: string): Promise<Template> {
  const manifest = await readManifest(root, name);
  const files = await readFiles(join(root, 'files'), manifest);
  return checkedTemplate(manifest, files);
}

/**
 * Reads a layer as it fits `base`: `files/`, then what `files-<language>/` and `files-<template>/` put in their place.
 *
 * @throws WXD7007 when `base` does not take it, WXD7004 for a damaged layer.
 */
export async function loadLayer(
  name: string,
  base: TemplateManifest,
  dir = packagedTemplates,
): Promise<Template> {
  const names = await templateNames(join(dir, layersFolder));
  const known = base.layers.filter((layer) => names.includes(layer));
  if (!known.includes(name)) {
    throw new WxDevError('WXD7007', { name, template: base.name, known });
  }
  const root = join(dir, layersFolder, name);
  const manifest = await readManifest(root, name);
  const files = new Map<string, TemplateFile>();
  for (const folder of ['files', `files-${base.lang}`, `files-${base.name}`]) {
    if (!(await hasFolder(root, folder))) continue;
    for (const file of await readFiles(join(root, folder), manifest)) files.set(file.path, file);
  }
  if (manifest.include === undefined) return checkedLayer(manifest, [...files.values()]);
  const { template, under } = manifest.include;
  const included = await loadTemplate(template, dir);
  const moved = included.files.map((file) => ({ ...file, path: `${under}/${file.path}` }));
  const tokens = [
    ...manifest.tokens,
    ...included.manifest.tokens.map((path) => `${under}/${path}`),
  ];
  return checkedLayer({ ...manifest, tokens }, [...moved, ...files.values()]);
}

async function readFiles(root: string, manifest: TemplateManifest): Promise<TemplateFile[]> {
  const files: TemplateFile[] = [];
  for (const path of await listFiles(root, manifest.name)) {
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
  return files;
}

async function hasFolder(root: string, name: string): Promise<boolean> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries.some((entry) => entry.name === name && entry.isDirectory());
}

async function templateNames(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== layersFolder)
    .map(({ name }) => name)
    .toSorted();
}

async function readManifest(root: string, name: string | undefined): Promise<TemplateManifest> {
  let text: string;
  try {
    text = await readFile(join(root, 'template.json'), 'utf8');
  } catch (error) {
    const reason = { en: 'template.json is missing', zh: '缺少 template.json' };
    throw damaged(name ?? root, reason, error);
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

function checkedTemplate(manifest: TemplateManifest, files: readonly TemplateFile[]): Template {
  const { name, tokens, env, readme } = manifest;
  const present = new Set(files.map(({ path }) => path));
  const needed = [
    ...tokens,
    ...(readme === undefined ? [] : [readme.en, readme.zh]),
    ...(env === undefined ? [] : [env]),
  ];
  const missing = needed.find((path) => !present.has(path));
  if (missing !== undefined) {
    throw damaged(name, { en: `${missing} is missing`, zh: `缺少 ${missing}` });
  }
  return { manifest, files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)) };
}

/** A layer names the token files of all languages; those of the others are not there. */
function checkedLayer(manifest: TemplateManifest, files: readonly TemplateFile[]): Template {
  const present = new Set(files.map(({ path }) => path));
  const tokens = manifest.tokens.filter((path) => present.has(path));
  return checkedTemplate({ ...manifest, tokens }, files);
}

function damaged(template: string, reason: Words, cause?: unknown): WxDevError {
  return new WxDevError('WXD7004', { template, reason }, { cause });
}
