import { resolve } from 'node:path';
import { say, WxDevError } from '../core/errors.ts';
import { readTextFile } from './text-file.ts';
import { secretText } from './values.ts';

/** Shorter tokens can be guessed by trying: 16 letters and digits are about 95 bits. */
const MIN_TOKEN_LENGTH = 16;

/** How to read the file. */
export interface RelayTokenOptions {
  /** Folder that a relative path starts from. */
  readonly cwd: string;
  /** Reads standard input, for a file called `-`. */
  readonly readStdin: () => Promise<string>;
}

/**
 * The tokens that a relay accepts: one per line, empty lines and lines that start with `#` left out.
 *
 * @throws WXD6006 when the file cannot be read, WXD6001 for a line that cannot be a token, or when there is none
 */
export async function loadRelayTokens(
  file: string,
  { cwd, readStdin }: RelayTokenOptions,
): Promise<readonly string[]> {
  const source = { name: '--relay-token-file' };
  const path = file === '-' ? file : resolve(cwd, file);
  const text = path === '-' ? await readStdin() : (await readTextFile(path, cwd, source))?.text;
  const lines = (text ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  const tokens: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    tokens.push(checkToken(line, path, index + 1));
  }
  if (tokens.length > 0) return tokens;
  throw new WxDevError('WXD6001', {
    source: { name: '--relay-token-file', file: path },
    received: { en: 'no token', zh: '没有令牌' },
    expected: { en: 'one token on each line', zh: '每行一个令牌' },
  });
}

function checkToken(token: string, file: string, line: number): string {
  if (token.length >= MIN_TOKEN_LENGTH && secretText.parse(token, '') !== undefined) return token;
  throw new WxDevError('WXD6001', {
    source: { name: '--relay-token-file', file, line },
    received: { en: `${token.length} characters`, zh: `${token.length} 个字符` },
    expected: {
      en: `at least ${MIN_TOKEN_LENGTH} characters: ${say(secretText.expected, 'en')}`,
      zh: `至少 ${MIN_TOKEN_LENGTH} 个字符：${say(secretText.expected, 'zh')}`,
    },
  });
}
