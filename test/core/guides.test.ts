import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { errorCatalogue, type ErrorCode, type Language } from '../../src/core/errors.ts';
import { guideOf } from '../../src/core/guides.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
/** Ranges whose long forms were short: they may not get short again. */
const SEEN_BY = /^WXD[457]/;

/** The beginning of something to type. */
const COMMAND =
  /\b(?:wx-dev|curl|openssl|npm|ls|head|chmod|sudo|ps|date|go|git|rm|node|xxd|nginx)\b/;

const codes = Object.keys(errorCatalogue) as ErrorCode[];

const explained = codes.filter((code) => guideOf(code) !== undefined);

test('every code has a long form: add it to src/core/guides/', () => {
  expect(codes.filter((code) => !explained.includes(code))).toEqual([]);
});

describe.each(explained)('the long form of %s', (code) => {
  const guide = guideOf(code);
  if (guide === undefined) throw new Error(`${code} has a guide`);

  test('says in English, in one line, what docs/errors.md says', () => {
    expect(guide.en.title).toBe(errorCatalogue[code].meaning);
    expect(guide.zh.title).toMatch(/\p{Script=Han}/u);
  });

  test.each(LANGUAGES)('is complete in %s', (language) => {
    const { title, about, see, causes, fix } = guide[language];
    const lines = [title, ...(see === undefined ? [] : [see]), ...causes, ...fix];
    for (const text of [about, ...lines]) expect(text.trim()).toBe(text);
    for (const text of lines)
      expect(text, 'no full stop at the end of a line').not.toMatch(/[.。]$/);
    expect(about).toMatch(language === 'zh' ? /[。）]$/ : /\.$/);
    expect(causes.length).toBeGreaterThan(0);
    expect(fix.length).toBeGreaterThan(0);
    if (language === 'zh') {
      for (const text of [about, ...causes]) expect(text).toMatch(/\p{Script=Han}|[A-Z]/u);
    }
  });

  test('names in both languages as many causes and remedies', () => {
    expect(guide.zh.causes).toHaveLength(guide.en.causes.length);
    expect(guide.zh.fix).toHaveLength(guide.en.fix.length);
    expect(guide.zh.see === undefined).toBe(guide.en.see === undefined);
  });

  test('says how to see which cause it is, and names commands to run', () => {
    if (!SEEN_BY.test(code)) return;
    for (const { see, causes, fix } of [guide.en, guide.zh]) {
      expect(see, 'how to see which cause it is').toBeDefined();
      expect(causes.length, 'one cause needs no list').toBeGreaterThan(1);
      expect([see, ...fix].join('\n'), 'a command to copy').toMatch(COMMAND);
    }
  });

  test('names only commands that exist', () => {
    const names = commands.map(({ name }) => name);
    const text = JSON.stringify(guide);
    for (const [, name] of text.matchAll(
      /(?:\b(?:run|with|at|from)|用|运行|查看|从|[:：]) ?wx-dev ([a-z]+)/gu,
    )) {
      expect(names, text).toContain(name);
    }
  });

  test('gives commands only options that they have', () => {
    const text = [guide.en, guide.zh].flatMap(({ see = '', fix }) => [see, ...fix]).join('\n');
    for (const [typed] of text.matchAll(/wx-dev [a-z](?:(?!: )[^,;，；：（）(\n|&])*/g)) {
      const [, ...words] = typed.split(' ');
      const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
      const known = optionsOf(own);
      const options = own.filter((word) => /^--[a-z]/.test(word));
      expect(known, typed).toEqual(expect.arrayContaining(options));
    }
  });
});

/** The long options of the command that `words` begin with, and those of all commands. */
function optionsOf(words: readonly string[]): string[] {
  let command = commands.find(({ name }) => name === words[0]);
  for (const word of words.slice(1)) {
    command = command?.subcommands?.find(({ name }) => name === word) ?? command;
  }
  const flags = (command?.options ?? []).map((option) => option.flags).join(' ');
  return `${flags} --cwd --config --json --lang --help --version`.match(/--[a-z0-9-]+/g) ?? [];
}
