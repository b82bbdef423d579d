import { readdir } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WxDevError, type SettingSource, type Words } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
import { readAccounts } from './accounts.ts';
import { jsonKeyLines, JsonProblem, parseJsonMembers } from './json-file.ts';
import { nothingLoaded, type Entry, type Layer, type Loaded, type NamedAccount } from './layer.ts';
import { isOfAccount, isSettingKey, type SettingKey } from './schema.ts';
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
  if (!file) return nothingLoaded;
  const { members, lineOf } = extname(path) === '.json' ? readJson(file) : await runModule(file);
  const base = dirname(path);
  const entries = new Map<SettingKey, Entry>();
  const accounts: NamedAccount[] = [];
  for (const { key, value, line } of members) {
    // An editor's pointer to a JSON schema, by convention.
    if (key === '$schema' || value === undefined || value === null) continue;
    if (key === 'accounts') {
      const lineBelow = (...below: readonly string[]): number | undefined =>
        lineOf([key, ...below]);
      accounts.push(...readAccounts({ value, shown: file.shown, base, lineOf: lineBelow }));
      continue;
    }
    if (!isSettingKey(key)) {
      const suggestion = suggestKey(key);
      throw new WxDevError('WXD6005', { path: file.shown, line, key, suggestion });
    }
    entries.set(key, { value, source: { name: key, file: file.shown, line } });
  }
  return {
    layersFor: (account) => configLayers({ base, entries }, accounts, account),
    files: [path],
    warningsFor: () => [],
    accounts,
  };
}

/** The chosen account's own entries, then those that say nothing about who an account is. */
function configLayers(
  general: Layer,
  accounts: readonly NamedAccount[],
  account: string | undefined,
): Layer[] {
  if (account === undefined) return [general];
  const own = accounts.find(({ name }) => name === account);
  const entries = new Map([...general.entries].filter(([key]) => !isOfAccount(key)));
  return [...(own ? [own.layer] : []), { base: general.base, entries }];
}

/** What a file holds, and where. */
interface Content {
  readonly members: readonly Member[];
  /** 1-based line of the key at this path; undefined when it is not known. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
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

function readJson(file: TextFile): Content {
  try {
    const members = parseJsonMembers(file.text);
    const lines = jsonKeyLines(file.text);
    return { members, lineOf: (path) => lines.get(JSON.stringify(path)) };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const { line, reason } = error;
    throw new WxDevError('WXD6004', { path: file.shown, line, reason }, { cause: error });
  }
}

async function runModule(file: TextFile): Promise<Content> {
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
  const lineOf = (path: readonly string[]): number | undefined => lineOfPath(file.text, path);
  const members = Object.entries(exported).map(([key, value]) => ({
    key,
    value,
    line: lineOf([key]),
  }));
  return { members, lineOf };
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

/** Line on which a literal `key:` stands, each key of the path sought behind the one before; undefined when it was computed elsewhere. */
function lineOfPath(text: string, path: readonly string[]): number | undefined {
  let at = 0;
  for (const key of path) {
    const literal = key.replace(/[^\w]/g, '\\$&');
    const pattern = new RegExp(`(^|[{,\\s])['"]?${literal}['"]?\\s*:`, 'm');
    const found = pattern.exec(text.slice(at));
    if (found === null) return undefined;
    at += found.index + found[0].length;
  }
  return text.slice(0, at).split('\n').length;
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
