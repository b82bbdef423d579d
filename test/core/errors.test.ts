import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { en } from '../../src/cli/messages/en.ts';
import { createProgram } from '../../src/cli/program.ts';
import {
  errorCatalogue,
  formatError,
  formatSource,
  isWxDevError,
  say,
  WxDevError,
  type Language,
} from '../../src/core/errors.ts';
import { createFakeOutput } from '../cli/fake-output.ts';
import { sampleCodes, sampleErrors } from './sample-errors.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
const catalogue = Object.entries(errorCatalogue);

/** Programs, besides wx-dev, that a run line may name: on the machine of whoever reads it. */
const PROGRAMS = [
  'go',
  'python3',
  'chmod',
  'curl',
  'date',
  'echo',
  'grep',
  'ls',
  'mv',
  'node',
  'npm',
  'openssl',
];

/** Codes whose run line is what the caller says it is. */
const OWN_RUN = ['WXD3008'];

/** A handler may return undefined: these codes say so. */
const SPEAK_OF_UNDEFINED = ['WXD3003', 'WXD3007'];

test('every code of the catalogue has samples, and every sample a code', () => {
  expect(sampleCodes.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
});

describe.each(catalogue)('%s', (code, definition) => {
  const errors = sampleErrors(code);

  test('has the form of a code and one line of meaning', () => {
    expect(code).toMatch(/^WXD[1-8]\d{3}$/);
    expect(definition.meaning).toMatch(/^[a-z"'A-Z].*[^.]$/);
    expect(definition.meaning).not.toMatch(/\n|\|/);
  });

  test.each(LANGUAGES)('is complete in %s', (language) => {
    for (const error of errors) {
      const { title, body, run, code: reported } = formatError(error, language);
      expect(reported).toBe(code);
      expect(body.length).toBeGreaterThan(0);
      for (const text of [title, ...body, run]) {
        expect(text.trim()).not.toBe('');
        expect(text).not.toMatch(/\bnull\b|\bNaN\b|\[object|\$\{/);
        if (!SPEAK_OF_UNDEFINED.includes(code)) expect(text).not.toContain('undefined');
      }
      for (const text of [title, ...body]) expect(text).not.toMatch(/[^.]\.$|。$/);
    }
  });

  test('says different things in each language, unless it has nothing to translate', () => {
    for (const error of errors) {
      const [english, chinese] = LANGUAGES.map((language) => formatError(error, language));
      expect(chinese?.title).not.toBe(english?.title);
      expect(`${chinese?.title}${chinese?.body.join('')}`).toMatch(/\p{Script=Han}/u);
      expect(english?.title.replace(/「.*」/, '')).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test('ends in a command that exists', async () => {
    if (OWN_RUN.includes(code)) return;
    for (const error of errors) {
      for (const language of LANGUAGES) await expectRunnable(formatError(error, language).run);
    }
  });
});

describe('a WxDevError', () => {
  const error = new WxDevError('WXD4017', { name: 'my-app' }, { cause: 'the cause' });

  test('is an Error with code, details, English message and cause', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('WxDevError');
    expect(error.message).toBe('Another client of yours has taken over my-app');
    expect(error.details).toEqual({ name: 'my-app' });
    expect(error.cause).toBe('the cause');
  });

  test('is recognised by code, and other things are not', () => {
    expect(isWxDevError(error)).toBe(true);
    expect(isWxDevError(error, 'WXD4017')).toBe(true);
    expect(isWxDevError(error, 'WXD4001', 'WXD4017')).toBe(true);
    expect(isWxDevError(error, 'WXD4001')).toBe(false);
    expect(isWxDevError(new Error('WXD4017'))).toBe(false);
    expect(isWxDevError({ code: 'WXD4017', details: {} }, 'WXD4017')).toBe(false);
    expect(isWxDevError(undefined)).toBe(false);
  });
});

test('a source is named with what is known of it', () => {
  expect(formatSource({ name: '--mode' })).toBe('--mode');
  expect(formatSource({ name: 'WX_TOKEN', file: '.env' })).toBe('WX_TOKEN (.env)');
  expect(formatSource({ name: 'WX_TOKEN', file: '.env', line: 3 })).toBe('WX_TOKEN (.env:3)');
});

test('words are said in the language asked for', () => {
  expect(say('same', 'zh')).toBe('same');
  expect(say({ en: 'one', zh: '一' }, 'zh')).toBe('一');
  expect(say({ en: 'one', zh: '一' }, 'en')).toBe('one');
});

test('docs/errors.md lists exactly the codes and meanings of the catalogue', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (WXD\d{4}) \| (.+) \|$/gm)].map((row) => row.slice(1, 3));
  const inOrder = catalogue.toSorted(([one], [other]) => one.localeCompare(other));
  expect(rows).toEqual(inOrder.map(([code, { meaning }]) => [code, meaning]));
});

test('docs/errors.md has each code below the heading of its range', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const [, ...sections] = page.split(/^## (?=\dxxx)/m);
  expect(sections.length).toBeGreaterThan(0);
  for (const section of sections) {
    const codes = [...section.matchAll(/^\| WXD(\d)/gm)].map(([, range]) => range);
    expect(new Set(codes)).toEqual(new Set([section[0]]));
  }
});

/** Types the command into the real command line, which then does not run it: unknown options and missing arguments throw. */
async function expectRunnable(run: string): Promise<void> {
  expect(run, 'a placeholder cannot be typed').not.toMatch(/<[^>]*>|…/);
  const words = run.replace(/\.\.\. >> \.env$/, '').match(/'[^']*'|\S+/g) ?? [];
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const [program = '', ...args] = words.slice(start).map((word) => word.replace(/^'|'$/g, ''));
  if (program !== 'wx-dev') {
    expect(PROGRAMS, run).toContain(program);
    return;
  }
  const called: string[] = [];
  const commandLine = createProgram({
    version: '0.0.0',
    messages: en,
    out: createFakeOutput(),
    commands,
    dispatch: (spec) => {
      called.push(spec.name);
      return Promise.resolve(0);
    },
  });
  const informs = ['commander.helpDisplayed', 'commander.version'];
  await commandLine.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
    expect(informs, `${run}: ${String(error)}`).toContain((error as { code?: string }).code);
    called.push('--help');
  });
  expect(called, run).toHaveLength(1);
}
