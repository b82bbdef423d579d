import { readdir } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WxDevError, type SettingSource, type Words } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
import { JsonProblem, parseJsonMembers } from './json-file.ts';
import type { Entry, Loaded } from './layer.ts';
import { isSettingKey, type SettingKey } from './schema.ts';
import { suggestKey } from './suggest.ts';
import { readTextFile, type TextFile } from './text-file.ts';

const configNames: readonly string[] = ['json', 'js', 'mjs', 'ts'].map(
  (kind) => `wx-dev.config.${kind}`,
);

/**
 * The project's config file: the one given, else the one in `cwd`.
 *
 * @throws WXD6010 when `cwd` holds two.
 */
export async function findConfigFile(
  cwd: string,
  configFile: string | undefined,
): Promise<string | undefined> {
  if (configFile !== undefined) return resolve(cwd, configFile);
  const names = await listNames(cwd);
  const found = configNames.filter((name) => names.includes(name));
  if (found.length > 1) throw new WxDevError('WXD6010', { dir: cwd, names: found });
  return found[0] === undefined ? undefined : join(cwd, found[0]);
}

/**
 * Loads a config file: JSON is read, JavaScript and TypeScript are run.
 *
 * @param source who named the file; without it a missing file is no mistake.
 * @throws WXD6004 when it cannot be understood, WXD6005 for an unknown key, WXD6006 when it cannot be read.
 */
export async function loadConfigFile(
  path: string,
  cwd: string,
  source?: SettingSource,
): Promise<Loaded> {
  const file = await readTextFile(path, cwd, source);
  if (!file) return { layers: [], files: [], warnings: [] };
  const members = extname(path) === '.json' ? readJson(file) : await runModule(file);
  const entries = new Map<SettingKey, Entry>();
  for (const { key, value, line } of members) {
    // An editor's pointer to a JSON schema, by convention.
    if (key === '$schema' || value === undefined || value === null) continue;
    if (!isSettingKey(key)) {
      const suggestion = suggestKey(key);
      throw new WxDevError('WXD6005', { path: file.shown, line, key, suggestion });
    }
    entries.set(key, { value, source: { name: key, file: file.shown, line } });
  }
  return { layers: [{ base: dirname(path), entries }], files: [path], warnings: [] };
}

interface Member {
  readonly key: string;
  readonly value: unknown;
  readonly line?: number | undefined;
}

async function listNames(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    // A folder that cannot be listed has no config file for us; whoever writes to it will say what is wrong.
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'EPERM'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}

function readJson(file: TextFile): Member[] {
  try {
    return parseJsonMembers(file.text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const { line, reason } = error;
    throw new WxDevError('WXD6004', { path: file.shown, line, reason }, { cause: error });
  }
}

async function runModule(file: TextFile): Promise<Member[]> {
  let exported: unknown;
  try {
    exported = await importDefault(file.path);
  } catch (error) {
    const line = lineIn(error, file.path);
    throw new WxDevError(
      'WXD6004',
      { path: file.shown, line, reason: firstLine(error) },
      { cause: error },
    );
  }
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    const reason: Words = {
      en: 'expected an object: export default { port: 3001 }',
      zh: '应导出一个对象：export default { port: 3001 }',
    };
    throw new WxDevError('WXD6004', { path: file.shown, reason });
  }
  return Object.entries(exported).map(([key, value]) => ({
    key,
    value,
    line: lineOfKey(file.text, key),
  }));
}

async function importDefault(path: string): Promise<unknown> {
  if (extname(path) === '.ts') {
    // 50 ms to load, so only for those who write TypeScript; Node 20 cannot run it by itself.
    const { createJiti } = await import('jiti');
    return createJiti(import.meta.url).import(path, { default: true });
  }
  const loaded: unknown = await import(pathToFileURL(path).href);
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded
    ? loaded.default
    : undefined;
}

/** Line on which a literal `key:` stands; undefined when the value was computed elsewhere. */
function lineOfKey(text: string, key: string): number | undefined {
  const literal = key.replace(/[^\w]/g, '\\$&');
  const pattern = new RegExp(`(^|[{,\\s])['"]?${literal}['"]?\\s*:`);
  const index = text.split('\n').findIndex((line) => pattern.test(line));
  return index === -1 ? undefined : index + 1;
}

function lineIn(error: unknown, path: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of [pathToFileURL(path).href, path]) {
    const at = stack.indexOf(`${name}:`);
    if (at === -1) continue;
    const line = Number.parseInt(stack.slice(at + name.length + 1), 10);
    if (Number.isInteger(line)) return line;
  }
  return undefined;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n', 1)[0] ?? text;
}
