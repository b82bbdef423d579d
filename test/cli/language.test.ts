import { describe, expect, test } from 'vitest';
import { detectLanguage } from '../../src/cli/language.ts';

interface Case {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly locale?: string;
}

describe('the language of the output', () => {
  const cases: readonly [string, Case, 'zh' | 'en'][] = [
    ['nothing known', {}, 'en'],
    ['--lang zh', { argv: ['serve', '--lang', 'zh'] }, 'zh'],
    ['--lang=zh', { argv: ['--lang=zh', 'serve'] }, 'zh'],
    ['--lang en against every variable', { argv: ['--lang', 'en'], env: all('zh_CN.UTF-8') }, 'en'],
    ['--lang behind -- belongs to the app', { argv: ['dev', '--', 'x', '--lang', 'zh'] }, 'en'],
    ['--lang=zh behind --', { argv: ['dev', '--', '--lang=zh'] }, 'en'],
    ['--lang without a value', { argv: ['serve', '--lang'] }, 'en'],
    ['a value nobody knows', { argv: ['--lang', 'fr'], env: all('zh_CN') }, 'en'],
    ['WX_DEV_LANG before the locale', { env: { ...all('en_US'), WX_DEV_LANG: 'zh' } }, 'zh'],
    ['WX_DEV_LANG as a locale', { env: { WX_DEV_LANG: 'zh-CN' } }, 'zh'],
    ['an empty WX_DEV_LANG', { env: { WX_DEV_LANG: '', LANG: 'zh_CN.UTF-8' } }, 'zh'],
    ['LC_ALL before LC_MESSAGES', { env: { LC_ALL: 'en_US', LC_MESSAGES: 'zh_CN' } }, 'en'],
    ['LC_MESSAGES before LANG', { env: { LC_MESSAGES: 'zh_TW', LANG: 'en_US' } }, 'zh'],
    ['an empty LC_ALL', { env: { LC_ALL: '', LANG: 'zh_CN.UTF-8' } }, 'zh'],
    ['LC_ALL=C', { env: { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' } }, 'zh'],
    ['LC_ALL=POSIX', { env: { LC_ALL: 'POSIX', LANG: 'zh_CN.UTF-8' } }, 'zh'],
    ['LANG=C.UTF-8 names no language', { env: { LANG: 'C.UTF-8' }, locale: 'zh-CN' }, 'zh'],
    ['zh_CN.GBK', { env: { LANG: 'zh_CN.GBK' } }, 'zh'],
    ['zh_Hant_HK', { env: { LANG: 'zh_Hant_HK.UTF-8' } }, 'zh'],
    ['ZH in capitals', { env: { LANG: 'ZH' } }, 'zh'],
    ['zha, which is another language', { env: { LANG: 'zha' } }, 'en'],
    ['de_DE', { env: { LANG: 'de_DE.UTF-8' }, locale: 'zh-CN' }, 'en'],
    ['only the system locale', { locale: 'zh-Hans-CN' }, 'zh'],
    ['und', { locale: 'und' }, 'en'],
  ];

  test.each(cases)('%s', (_name, { argv = [], env = {}, locale }, expected) => {
    expect(detectLanguage(argv, env, () => locale)).toBe(expected);
  });
});

function all(locale: string): Record<string, string> {
  return { LC_ALL: locale, LC_MESSAGES: locale, LANG: locale };
}
