import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadRelayTokens } from '../../src/config/relay-tokens.ts';
import { formatError, isWxDevError, type WxDevError } from '../../src/core/errors.ts';

const ONE = 'abcdefghij0123456789';
const TWO = 'A-token+with/more=signs!';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev 令牌 '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the tokens of a relay', () => {
  test.each([
    ['one without a line end', ONE, [ONE]],
    ['several', `${ONE}\n${TWO}\n`, [ONE, TWO]],
    ['line ends of Windows and a byte order mark', `\uFEFF${ONE}\r\n${TWO}\r\n`, [ONE, TWO]],
    ['comments and empty lines', `# who has it\n\n${ONE}\n   \n#${TWO}\n`, [ONE]],
    ['exactly sixteen characters', 'x'.repeat(16), ['x'.repeat(16)]],
  ])('are read from a file with %s', async (_name, content, expected) => {
    await writeFile(join(dir, 'tokens.txt'), content);
    expect(await load('tokens.txt')).toEqual(expected);
    expect(await load(join(dir, 'tokens.txt'))).toEqual(expected);
  });

  test('are read from standard input for -', async () => {
    expect(await load('-', `${ONE}\n`)).toEqual([ONE]);
  });

  test('a file is not read from standard input', async () => {
    await writeFile(join(dir, 'tokens.txt'), ONE);
    const readStdin = (): Promise<string> => Promise.reject(new Error('nobody types here'));
    expect(await loadRelayTokens('tokens.txt', { cwd: dir, readStdin })).toEqual([ONE]);
  });

  test.each([
    ['a short one', `${ONE}\nshort\n`, 2],
    ['fifteen characters', 'x'.repeat(15), 1],
    ['a space at its end', `${ONE} \n`, 1],
    ['a space before it', ` ${ONE}\n`, 1],
    ['Chinese', `${ONE}\n${ONE}令牌\n`, 2],
    ['a control character', `${ONE}\u0007\n`, 1],
    ['a lone carriage return', `${ONE}\r${TWO}`, 1],
  ])('WXD6001 with file and line for %s; the token is not shown', async (_name, content, line) => {
    await writeFile(join(dir, 'tokens.txt'), content);
    const error = await failure(load('tokens.txt'));
    expect(isWxDevError(error, 'WXD6001') && error.details.source).toEqual({
      name: '--relay-token-file',
      file: join(dir, 'tokens.txt'),
      line,
    });
    for (const language of ['en', 'zh'] as const)
      expect(JSON.stringify(formatError(error, language))).not.toContain(ONE);
  });

  test.each([
    ['an empty file', ''],
    ['only comments', '# none yet\n\n'],
  ])('WXD6001 for %s', async (_name, content) => {
    await writeFile(join(dir, 'tokens.txt'), content);
    expect((await failure(load('tokens.txt'))).code).toBe('WXD6001');
    expect((await failure(load('-', content))).code).toBe('WXD6001');
  });

  test('WXD6006 for a file that cannot be read', async () => {
    expect((await failure(load('missing.txt'))).code).toBe('WXD6006');
    expect((await failure(load('.'))).code).toBe('WXD6006');
  });
});

function load(file: string, input = ''): Promise<readonly string[]> {
  return loadRelayTokens(file, { cwd: dir, readStdin: () => Promise.resolve(input) });
}

async function failure(work: Promise<unknown>): Promise<WxDevError> {
  const error = await work.catch((caught: unknown) => caught);
  if (!isWxDevError(error)) throw new Error(`no WxDevError: ${String(error)}`);
  return error;
}
