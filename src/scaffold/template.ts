import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { readArchive } from './archive.ts';
import { refuseClashes, refuseForeignFiles } from './hostile.ts';
import { parseManifest, type TemplateManifest } from './manifest.ts';
import { checkFolderName } from './names.ts';
import { damaged, notPlain, readTree, type Tree } from './tree.ts';

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
  return templateFrom(await readTree(join(dir, name), name), name, name);
}

/**
 * Reads a template that is not in this package: a folder, or a `.tgz` as `npm pack` makes it.
 *
 * @throws WXD7009 when it cannot be used.
 */
export async function loadForeignTemplate(path: string): Promise<Template> {
  try {
    const stats = await stat(path);
    // A pipe would never open, and a device never end.
    if (!stats.isDirectory() && !stats.isFile()) throw notPlain(basename(path), path);
    const tree = stats.isDirectory()
      ? await readTree(path, basename(path))
      : await readArchive(path);
    for (const file of tree.keys()) for (const segment of file.split('/')) checkFolderName(segment);
    const template = templateFrom(tree, undefined, path);
    refuseForeignFiles(template.manifest.name, template.files);
    return template;
  } catch (error) {
    if (isWxDevError(error, 'WXD7004')) {
      throw new WxDevError('WXD7009', { path, reason: error.details.reason }, { cause: error });
    }
    if (isWxDevError(error)) throw error;
    throw new WxDevError('WXD7009', { path, reason: fileProblem(error) }, { cause: error });
  }
}

/**
 * Reads a layer as it fits `base`: `files/`, then what `files-<language>/` and `files-<template>/` put in their place.
 *
 * @throws WXD7007 when `base` does not take it, WXD7004 for a damaged layer.
 */
export async function loadLayer(
  name: string,
  base: LayerBase,
  dir = packagedTemplates,
): Promise<Template> {
  const names = await templateNames(join(dir, layersFolder));
  const known = base.layers.filter((layer) => names.includes(layer));
  if (!known.includes(name)) {
    throw new WxDevError('WXD7007', { name, template: base.name, known });
  }
  const tree = await readTree(join(dir, layersFolder, name), name);
  const manifest = manifestOf(tree, name, name);
  const files = new Map<string, TemplateFile>();
  for (const folder of ['files', `files-${base.lang}`, `files-${base.name}`]) {
    for (const file of filesBelow(tree, folder, manifest)) files.set(file.path, file);
  }
  if (manifest.include === undefined) return checkedLayer(manifest, [...files.values()]);
  const { template, under } = manifest.include;
  const included = await loadTemplate(template, dir);
  const moved = included.files.map((file) => ({ ...file, path: `${under}/${file.path}` }));
  const below = included.manifest.tokens.map((path) => `${under}/${path}`);
  const tokens = [...manifest.tokens, ...below];
  return checkedLayer({ ...manifest, tokens }, [...moved, ...files.values()]);
}

/** What a layer asks of the template that it is added to. */
export type LayerBase = Pick<TemplateManifest, 'name' | 'lang' | 'layers'>;

function templateFrom(tree: Tree, name: string | undefined, shown: string): Template {
  const manifest = manifestOf(tree, name, shown);
  const files = filesBelow(tree, 'files', manifest);
  if (files.length === 0) {
    throw damaged(shown, { en: 'files/ is missing', zh: '缺少 files/' });
  }
  return checkedTemplate(manifest, files);
}

function manifestOf(tree: Tree, name: string | undefined, shown: string): TemplateManifest {
  const file = tree.get('template.json');
  if (file === undefined) throw noManifest(shown);
  return parseManifest(file.bytes.toString(), name);
}

function filesBelow(tree: Tree, folder: string, { rename }: TemplateManifest): TemplateFile[] {
  return [...tree]
    .filter(([path]) => path.startsWith(`${folder}/`))
    .map(([path, file]) => ({ ...file, path: finalPath(path.slice(folder.length + 1), rename) }));
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

async function readManifest(root: string, name: string): Promise<TemplateManifest> {
  let text: string;
  try {
    text = await readFile(join(root, 'template.json'), 'utf8');
  } catch (error) {
    throw noManifest(name, error);
  }
  return parseManifest(text, name);
}

function noManifest(shown: string, cause?: unknown): WxDevError {
  return damaged(shown, { en: 'template.json is missing', zh: '缺少 template.json' }, cause);
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
  refuseClashes(name, files);
  return { manifest, files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)) };
}

/** A layer names the token files of all languages; those of the others are not there. */
function checkedLayer(manifest: TemplateManifest, files: readonly TemplateFile[]): Template {
  const present = new Set(files.map(({ path }) => path));
  const tokens = manifest.tokens.filter((path) => present.has(path));
  return checkedTemplate({ ...manifest, tokens }, files);
}
