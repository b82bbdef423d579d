import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { renderError } from '../../../src/cli/render/error.ts';
import { formatError, type ErrorReport, type Language } from '../../../src/core/errors.ts';
import { sampleCodes, sampleErrors } from '../../core/sample-errors.ts';
import { createFakeOutput } from '../fake-output.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];

const report: ErrorReport = {
  code: 'WXD1001',
  title: 'Signature mismatch',
  body: ['received signature 5f0c..91', 'most likely the Token differs'],
  run: 'wx-dev send verify',
};

describe('an error', () => {
  test('has its code beside the title, the evidence below, the command last', () => {
    expect(renderError(report, createFakeOutput())).toEqual([
      'x Signature mismatch  WXD1001',
      '  received signature 5f0c..91',
      '  most likely the Token differs',
      '  wx-dev send verify',
    ]);
  });

  test('is red, with a dim code and a command that stands out', () => {
    const lines = renderError(report, createFakeOutput({ marked: true }));
    expect(lines[0]).toBe('<bad>x Signature mismatch</bad>  <dim>WXD1001</dim>');
    expect(lines.at(-1)).toBe('  <link>wx-dev send verify</link>');
  });

  test('is indented as a whole', () => {
    expect(renderError(report, createFakeOutput(), 4)[1]).toBe('      received signature 5f0c..91');
  });

  test('cannot be broken by foreign text', () => {
    const evil = { ...report, title: 'a\u001B[2Jb', body: ['c\nd', 'e\u202Ef'], run: 'g\r\nh' };
    expect(renderError(evil, createFakeOutput())).toEqual([
      'x a [2Jb  WXD1001',
      '  c d',
      '  e f',
      '  g h',
    ]);
  });

  test('breaks long sentences for a terminal, but neither for a pipe nor in the command', () => {
    const long = {
      ...report,
      body: ['word '.repeat(30).trim()],
      run: `ls -l ${'/folder'.repeat(20)}`,
    };
    const lines = renderError(long, createFakeOutput({ columns: 60 }));
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe(`  ${long.run}`);
    expect(renderError(long, createFakeOutput({ columns: 60, isTTY: false }))).toEqual([
      'x Signature mismatch  WXD1001',
      `  ${long.body[0]}`,
      `  ${long.run}`,
    ]);
  });
});

describe.each(LANGUAGES)('every error in %s', (language) => {
  test.each(sampleCodes)('%s fits 80 and 120 cells', (code) => {
    for (const columns of [80, 120]) {
      for (const error of sampleErrors(code)) {
        const lines = renderError(formatError(error, language), createFakeOutput({ columns }));
        for (const line of lines.slice(0, -1)) {
          const isOneWord = !/\S\s\S/.test(line); // A path or host name stays whole.
          if (!isOneWord) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
        }
      }
    }
  });
});
