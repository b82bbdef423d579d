import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import { renderCodes, renderExplanation } from '../../../src/cli/render/explain.ts';
import { errorCatalogue, type ErrorCode, type Language } from '../../../src/core/errors.ts';
import { guideOf } from '../../../src/core/guides.ts';
import { createFakeOutput } from '../fake-output.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];
const tables = { en, zh };
const LANGUAGES: readonly Language[] = ['en', 'zh'];

describe.each(LANGUAGES)('in %s', (language) => {
  const messages = tables[language];
  const view = (columns: number) => ({ out: { ...createFakeOutput(), columns }, messages });

  test.each([60, 80, 200])('every long form fits %i columns', (columns) => {
    for (const code of codes) {
      const guide = guideOf(code);
      const lines = renderExplanation(
        {
          code,
          meaning: errorCatalogue[code].meaning,
          ...guide?.[language],
          source: guide?.source,
          exitCode: 4,
        },
        view(columns),
      );
      expect(lines[0]).toContain(code);
      for (const line of lines) {
        // A word that is longer than the line, such as a URL, is left whole.
        if (/\S{40}/.test(line) && !/\p{Script=Han}/u.test(line)) continue;
        expect(stringWidth(line), line).toBeLessThanOrEqual(Math.min(columns, 80));
      }
    }
  });

  test('the list has every code once, below its range', () => {
    const listed = codes
      .toSorted()
      .map((code) => ({ code, title: guideOf(code)?.[language].title ?? 'x' }));
    const lines = renderCodes(listed, view(80));
    const found = lines.join('\n').match(/^ {2}WXD\d{4}/gmu) ?? [];
    expect(found.map((line) => line.trim())).toEqual(listed.map(({ code }) => code));
    for (const range of new Set(codes.map((code) => code.slice(3, 4)))) {
      expect(lines.join('\n')).toContain(`${range}xxx  ${messages.explain.ranges[range]}`);
    }
    for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
  });
});

test('an error without a long form still says what it means', () => {
  const out = createFakeOutput();
  const lines = renderExplanation(
    { code: 'WXD9999', meaning: 'the meaning', source: undefined, exitCode: 3 },
    { out, messages: en },
  );
  expect(lines).toEqual(['WXD9999  the meaning', '', en.explain.exit(3)]);
});
