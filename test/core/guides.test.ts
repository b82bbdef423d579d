import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { errorCatalogue, type ErrorCode, type Language } from '../../src/core/errors.ts';
import { guideOf } from '../../src/core/guides.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
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

  test('names only commands that exist', () => {
    const names = commands.map(({ name }) => name);
    const text = JSON.stringify(guide);
    for (const [, name] of text.matchAll(
      /(?:\b(?:run|with|at|from)|用|运行|查看|从|[:：]) ?wx-dev ([a-z]+)/gu,
    )) {
      expect(names, text).toContain(name);
    }
  });
});
