import { WxDevError } from '../core/errors.ts';
import type { Entry, Layer, Loaded, NamedAccount } from './layer.ts';
import {
  accountSuffix,
  isOfAccount,
  isSettingKey,
  settingKeys,
  settings,
  type SettingKey,
} from './schema.ts';
import { suggestKey } from './suggest.ts';

/** How a file shows its accounts: the value of `accounts`, and where each key of it stands. */
export interface AccountsMember {
  readonly value: unknown;
  /** As an error names the file. */
  readonly shown: string;
  /** Relative paths start here. */
  readonly base: string;
  /** 1-based line of the key at this path below `accounts`; undefined when it is not known. */
  readonly lineOf: (...path: readonly string[]) => number | undefined;
}

/** Every variable that means a setting. */
const variables: readonly string[] = settingKeys.flatMap((key) => settings[key].env);

/** Letters, digits, `-` and `_`: it becomes part of a variable's name. */
const nameShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * Reads the `accounts` table of a config file.
 *
 * @throws WXD6004 when it is no table of objects, or two names would share their variables; WXD6005 for an unknown key.
 */
export function readAccounts(member: AccountsMember): NamedAccount[] {
  const { value, shown, lineOf } = member;
  if (!isRecord(value)) {
    throw problem(
      member,
      undefined,
      'accounts is a table: { "shop": { "kind": "official" } }',
      'accounts 是一张表：{ "shop": { "kind": "official" } }',
    );
  }
  const bySuffix = new Map<string, string>();
  return Object.entries(value).map(([name, content]) => {
    checkName(name, bySuffix, member);
    bySuffix.set(accountSuffix(name), name);
    if (!isRecord(content)) {
      throw problem(
        member,
        lineOf(name),
        `accounts.${name} is an object: { "kind": "official" }`,
        `accounts.${name} 是一个对象：{ "kind": "official" }`,
      );
    }
    const source = { name: `accounts.${name}`, file: shown, line: lineOf(name) };
    return {
      name,
      source,
      layer: { base: member.base, entries: readEntries(name, content, member) },
    };
  });
}

/** Which account was asked for. */
export interface ChosenAccount {
  /** Undefined: the only one, that has no name, or none where `names` has several. */
  readonly name: string | undefined;
  /** Every name there is, in the order of the files. */
  readonly names: readonly string[];
  /** There are several, and nothing says which or who else. */
  readonly isOpen: boolean;
}

/**
 * Finds the account that is meant: the one that `account` names, by its name or by its AppId, CorpId or merchant id; else, where nothing
 * else says who the account is, the only one there is.
 *
 * @throws WXD6030 for a name that no account has.
 */
export function chooseAccount(places: readonly Loaded[]): ChosenAccount {
  const accounts = places.flatMap((place) => place.accounts);
  const names = [...new Set(accounts.map(({ name }) => name))];
  const layers = places.flatMap((place) => place.layersFor(undefined));
  const asked = layers.map(({ entries }) => entries.get('account')).find((entry) => entry);
  if (asked !== undefined) {
    const wanted = String(asked.value);
    const found = accounts.find(({ name, layer }) => name === wanted || hasId(layer, wanted));
    if (found) return { name: found.name, names, isOpen: false };
    throw new WxDevError('WXD6030', { received: wanted, names, source: asked.source });
  }
  const isSaid = layers.some(({ entries }) => [...entries.keys()].some(isOfAccount));
  if (isSaid) return { name: undefined, names, isOpen: false };
  return { name: names.length === 1 ? names[0] : undefined, names, isOpen: names.length > 1 };
}

function hasId({ entries }: Layer, id: string): boolean {
  return (['appId', 'corpId', 'suiteId', 'mchId'] as const).some(
    (key) => entries.get(key)?.value === id,
  );
}

function readEntries(
  name: string,
  content: Readonly<Record<string, unknown>>,
  { shown, lineOf }: AccountsMember,
): Map<SettingKey, Entry> {
  const entries = new Map<SettingKey, Entry>();
  for (const [key, value] of Object.entries(content)) {
    if (value === undefined || value === null) continue;
    const line = lineOf(name, key);
    if (!isSettingKey(key) || key === 'account') {
      const suggestion = suggestKey(key);
      throw new WxDevError('WXD6005', {
        path: shown,
        line,
        key: `accounts.${name}.${key}`,
        suggestion: suggestion === 'account' ? undefined : suggestion,
      });
    }
    entries.set(key, { value, source: { name: `accounts.${name}.${key}`, file: shown, line } });
  }
  return entries;
}

function checkName(
  name: string,
  bySuffix: ReadonlyMap<string, string>,
  member: AccountsMember,
): void {
  const line = member.lineOf(name);
  if (!nameShape.test(name)) {
    throw problem(
      member,
      line,
      `an account's name has letters, digits, - and _: ${JSON.stringify(name.slice(0, 40))}`,
      `账号名只能用字母、数字、- 和 _：${JSON.stringify(name.slice(0, 40))}`,
    );
  }
  const suffix = accountSuffix(name);
  const taken = variables.find((variable) => variables.includes(`${variable}${suffix}`));
  if (taken !== undefined) {
    throw problem(
      member,
      line,
      `${taken}${suffix} already is another variable: rename the account ${name}`,
      `${taken}${suffix} 已经是另一个变量：请给账号 ${name} 改名`,
    );
  }
  const other = bySuffix.get(suffix);
  if (other === undefined) return;
  const variable = `WX_TOKEN${suffix}`;
  throw problem(
    member,
    line,
    `the accounts ${other} and ${name} would share ${variable}: rename one`,
    `账号 ${other} 和 ${name} 会共用 ${variable}：请改掉其中一个`,
  );
}

function problem(
  { shown }: AccountsMember,
  line: number | undefined,
  en: string,
  zh: string,
): WxDevError {
  return new WxDevError('WXD6004', { path: shown, line, reason: { en, zh } });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
