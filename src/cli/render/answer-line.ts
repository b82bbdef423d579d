import { formatError, type Language, type WxDevError } from '../../core/errors.ts';

/** An answer in one line. Where that is what is wrong with it, it is said in the user's language: the engine knows English only. */
export function answerLine(
  summary: string,
  errors: readonly WxDevError[],
  language: Language,
): string {
  const named = errors.find(({ message }) => message === summary);
  return named === undefined ? summary : formatError(named, language).title;
}
