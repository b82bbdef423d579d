import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isAddressRange } from '../core/addresses.ts';
import type { Words } from '../core/errors.ts';

/** How the text of a setting becomes a value. */
export interface ValueType<Value> {
  /** The value, or undefined when `text` is not one. `base` is the folder that relative paths start from. */
  readonly parse: (text: string, base: string) => Value | undefined;
  /** What is accepted, in words. */
  readonly expected: Words;
  /** What a config file may hold besides text. */
  readonly accepts?: 'number' | 'boolean';
}

/** Any text; its format is judged where it is used, by rules that know it. */
export const anyText: ValueType<string> = {
  parse: (text) => text || undefined,
  expected: { en: 'some text', zh: '一段文字' },
};

/** A credential: printable, without spaces at either end. */
export const secretText: ValueType<string> = {
  parse: (text) => (/^[!-~]([ -~]*[!-~])?$/.test(text) ? text : undefined),
  expected: {
    en: 'printable ASCII characters, no space or line break at either end',
    zh: '可打印的 ASCII 字符，首尾不能有空格或换行',
  },
};

/** A TCP port; 0 takes a free one. */
export const port: ValueType<number> = {
  parse: (text) => portNumber(text, 0),
  expected: { en: 'a port: a whole number from 0 to 65535', zh: '端口：0 到 65535 的整数' },
  accepts: 'number',
};

/** A number of things, 0 for none or no limit. */
export const count: ValueType<number> = {
  parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
  expected: { en: 'a whole number, 0 for no limit', zh: '整数，0 表示不限' },
  accepts: 'number',
};

/** A size: `64MB`, `1GB`, `500KB` or bytes. Gives bytes. */
export const byteSize: ValueType<number> = {
  parse: (text) => {
    const [, digits, unit = ''] = /^(\d{1,9}) ?([KMG]?)i?B?$/i.exec(text) ?? [];
    const scale = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit.toUpperCase()];
    return digits === undefined || scale === undefined ? undefined : Number(digits) * scale;
  },
  expected: { en: 'a size such as 64MB or 1GB', zh: '大小，如 64MB 或 1GB' },
  accepts: 'number',
};

/** What one handshake with a relay carries of each list. */
const MAX_ITEMS = 16;

/** Addresses and ranges of addresses, with commas between. */
export const addressRanges: ValueType<readonly string[]> = {
  parse: (text) => listOf(text, isAddressRange, MAX_ITEMS),
  expected: {
    en: `up to ${MAX_ITEMS} addresses such as 203.0.113.7 or 10.0.0.0/8, commas between`,
    zh: `最多 ${MAX_ITEMS} 个地址，如 203.0.113.7 或 10.0.0.0/8，用逗号分隔`,
  },
};

/** Paths of a URL with commas between; `*` at the end of one stands for all that begin so. */
export const urlPaths: ValueType<readonly string[]> = {
  parse: (text) =>
    listOf(text, (item) => /^\/[!-~]{0,127}$/.test(item) && !/[?#]/.test(item), MAX_ITEMS),
  expected: {
    en: 'paths such as /wx or /public/*, commas between',
    zh: '路径，如 /wx 或 /public/*，用逗号分隔',
  },
};

function listOf(
  text: string,
  isItem: (item: string) => boolean,
  max: number,
): readonly string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.length <= max && items.every(isItem) ? items : undefined;
}

/** Where requests are passed on to: a port of this machine, `host:port` or a URL. Gives a URL without a final slash. */
export const target: ValueType<string> = {
  parse: (text) => {
    if (/^\d+$/.test(text)) {
      const number = portNumber(text, 1);
      return number === undefined ? undefined : `http://127.0.0.1:${number}`;
    }
    return parseHttpUrl(/^[\w.-]+:\d+$/.test(text) ? `http://${text}` : text);
  },
  expected: {
    en: 'a port such as 3000, or a URL such as http://127.0.0.1:3000',
    zh: '端口（如 3000）或 URL（如 http://127.0.0.1:3000）',
  },
  accepts: 'number',
};

/** An http or https URL without credentials, query or fragment. Gives it without a final slash. */
export const httpUrl: ValueType<string> = {
  parse: parseHttpUrl,
  expected: {
    en: 'a URL such as https://example.com, without ? or #',
    zh: 'URL，如 https://example.com，不含 ? 或 #',
  },
};

/** The same with the port as it was written: `new URL` drops `:80` and `:443`, and a console may mind that it was there. */
export const httpUrlAsWritten: ValueType<string> = {
  parse: (text) => {
    const url = parseHttpUrl(text);
    const [, port] = /^https?:\/\/[^/]*?(:\d+)(?:\/|$)/i.exec(text) ?? [];
    if (url === undefined || port === undefined || new URL(url).port !== '') return url;
    return url.replace(/^(https?:\/\/[^/]+)/u, `$1${port}`);
  },
  expected: httpUrl.expected,
};

const proxySchemes = /^(?:https?|socks5h?):$/;

/** The address of a proxy, with user name and password where it wants them, or `none`. */
export const proxyUrl: ValueType<string> = {
  parse: (text) => {
    if (text === 'none') return text;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isPlain = url && /^\/?$/.test(url.pathname) && url.search + url.hash === '';
    return isPlain && proxySchemes.test(url.protocol) && url.hostname !== '' ? text : undefined;
  },
  expected: {
    en: 'http://host:port, https://host:port, socks5://host:port or none',
    zh: 'http://host:port、https://host:port、socks5://host:port 或 none',
  },
};

/** `https://*.example.com`, where `*` stands for the tunnel's name. */
export const wildcardUrl: ValueType<string> = {
  parse: (text) => {
    const found = /^(https?:\/\/)\*\.(.+)$/i.exec(text);
    const [, scheme = '', rest = ''] = found ?? [];
    const url = found ? parseHttpUrl(`${scheme}${rest}`) : undefined;
    if (url === undefined || new URL(url).pathname !== '/') return undefined;
    return url.replace('://', '://*.');
  },
  expected: {
    en: 'a URL such as https://*.tunnel.example.com, with * as its first label',
    zh: 'URL，如 https://*.tunnel.example.com，第一段为 *',
  },
};

/** An address to listen on: an IP address or a host name, without scheme and port. */
export const hostName: ValueType<string> = {
  parse: (text) => {
    const name = text.replace(/^\[(.*)\]$/, '$1');
    return isIP(name) !== 0 || isDomain(name) ? name : undefined;
  },
  expected: {
    en: 'an address or host name such as 127.0.0.1, without scheme and port',
    zh: '地址或主机名，如 127.0.0.1，不含协议和端口',
  },
};

/** A value of Host: a name or an address, with a port or without; or `rewrite`. */
export const hostHeader: ValueType<string> = {
  parse: (text) => {
    const [, name = '', number = '1'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
    return hostName.parse(name, '') && portNumber(number, 1) ? text : undefined;
  },
  expected: {
    en: 'a host such as shop.test or shop.test:8080, or rewrite',
    zh: '主机名，如 shop.test 或 shop.test:8080，或 rewrite',
  },
};

/** A DNS name, in lower case. RFC 1035 §2.3.1. */
export const domainName: ValueType<string> = {
  parse: (text) => (isDomain(text) ? text.toLowerCase() : undefined),
  expected: {
    en: 'a domain such as tunnel.example.com, without scheme, port and *',
    zh: '域名，如 tunnel.example.com，不含协议、端口和 *',
  },
};

/** One label of a DNS name: at most 63 of a-z, 0-9 and inner hyphens. RFC 1035 §2.3.1. */
export const label: ValueType<string> = {
  parse: (text) => (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : undefined),
  expected: {
    en: 'at most 63 of a-z, 0-9 and - (not first or last)',
    zh: '最多 63 个 a-z、0-9 或 -（不能在首尾）',
  },
};

/** The path of a URL, as WeChat is told. */
export const urlPath: ValueType<string> = {
  parse: (text) => (/^\/[!-~]*$/.test(text) && !/[?#\\]|^\/\//.test(text) ? text : undefined),
  expected: {
    en: 'a path such as /wx, without ? and #',
    zh: '以 / 开头的路径，如 /wx，不含 ? 和 #',
  },
};

/** A file, made absolute; `-` is standard input. */
export const filePath: ValueType<string> = {
  parse: (text, base) => {
    if (text === '' || text.includes('\0')) return undefined;
    return text === '-' ? text : resolve(base, text);
  },
  expected: { en: 'the path of a file', zh: '文件路径' },
};

/** One file or several, separated by commas, each made absolute. */
export const filePaths: ValueType<readonly string[]> = {
  parse: (text, base) => {
    const paths = text.split(',').map((part) => filePath.parse(part.trim(), base));
    const found = paths.filter((path): path is string => path !== undefined && path !== '-');
    return found.length === paths.length ? found : undefined;
  },
  expected: {
    en: 'the path of a file, or several separated by commas',
    zh: '文件路径，多个时用逗号分隔',
  },
};

/** On or off. */
export const flagValue: ValueType<boolean> = {
  parse: (text) => {
    if (/^(true|1|yes|on)$/i.test(text)) return true;
    return /^(false|0|no|off)$/i.test(text) ? false : undefined;
  },
  expected: { en: 'true or false', zh: 'true 或 false' },
  accepts: 'boolean',
};

/** One of a few words. */
export function choice<Word extends string>(...words: Word[]): ValueType<Word> {
  return {
    parse: (text) => words.find((word) => word === text),
    expected: { en: words.join(', '), zh: words.join('、') },
  };
}

/**
 * `text` as an error shows it: its length and what is odd at its ends, because that is what cannot be seen. The text itself
 * only when it is not secret.
 */
export function describeText(text: string, secret: boolean): Words {
  const shown = text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
  const oddities = [...findOddities(text)];
  const describe = (language: 'en' | 'zh'): string => {
    const length = language === 'en' ? `${text.length} characters` : `${text.length} 个字符`;
    const parts = [
      secret ? length : JSON.stringify(shown),
      ...oddities.map((odd) => odd[language]),
    ];
    return parts.join(language === 'en' ? ', ' : '，');
  };
  return { en: describe('en'), zh: describe('zh') };
}

/** Longer values push the rest of the message out of sight. */
const shownLength = 60;

function* findOddities(text: string): Generator<{ en: string; zh: string }> {
  if (/^[^\S\r\n]/.test(text)) yield { en: 'a leading space', zh: '开头有空格' };
  if (/[^\S\r\n]$/.test(text)) yield { en: 'a trailing space', zh: '末尾有空格' };
  if (/\r?\n$/.test(text)) yield { en: 'a line break at the end', zh: '末尾有换行' };
  else if (/[\r\n]/.test(text)) yield { en: 'a line break inside', zh: '含有换行' };
  if (/^["'“‘].*["'”’]$/s.test(text)) yield { en: 'quotes around it', zh: '带有引号' };
}

function portNumber(text: string, lowest: number): number | undefined {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return number >= lowest && number <= 65_535 ? number : undefined;
}

function parseHttpUrl(text: string): string | undefined {
  if (!/^https?:\/\/[^/\\\s?#]/i.test(text) || /[\s?#\\]/.test(text) || !URL.canParse(text))
    return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || !isHost(url.hostname)) return undefined;
  return url.href.replace(/\/$/, '');
}

function isHost(host: string): boolean {
  return host.startsWith('[') || isDomain(host);
}

function isDomain(name: string): boolean {
  return name.length <= 253 && /^(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*$/i.test(name);
}
