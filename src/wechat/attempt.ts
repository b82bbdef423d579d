import { isWxDevError, type WxDevError } from '../core/errors.ts';

/** What a function gave, or which mistake it named. */
export type Attempt<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: WxDevError };

/** Runs a function that may refuse its input. What it throws otherwise is a bug and is thrown on. */
export function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return { error };
  }
}
