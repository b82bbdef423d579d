import type { Language } from '../core/errors.ts';

/**
 * Decides the language before anything is parsed, so that even a usage error comes in the right one:
 * `--lang`, `WX_DEV_LANG`, then the first locale variable that names a real locale. `C`, `POSIX` and `C.UTF-8` name none.
 * Node's own Intl locale is the last resort, because it ignores `LANGUAGE` and answers `und` for an empty `LC_ALL`.
 */
export function detectLanguage(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  systemLocale: () => string | undefined,
): Language {
  const explicit = flagValue(argv) ?? env['WX_DEV_LANG'];
  if (explicit) return languageOf(explicit);
  for (const name of ['LC_ALL', 'LC_MESSAGES', 'LANG']) {
    const locale = env[name];
    if (locale && !/^(c|posix)(\.|$)/i.test(locale)) return languageOf(locale);
  }
  return languageOf(systemLocale() ?? 'en');
}

function languageOf(locale: string): Language {
  return /^zh\b|^zh[_-]/i.test(locale) ? 'zh' : 'en';
}

function flagValue(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const inline = own.find((argument) => argument.startsWith('--lang='));
  if (inline !== undefined) return inline.slice('--lang='.length);
  const index = own.indexOf('--lang');
  return index === -1 ? undefined : own[index + 1];
}
