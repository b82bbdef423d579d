import { isWxDevError } from '../core/errors.ts';

/**
 * Starts something on the port that the user asked for, where a taken port is an error; else on the usual one, or on a free one
 * when that is taken, because then nobody relies on the number.
 */
export async function onUsualPort<T>(
  asked: number | undefined,
  usual: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await start(asked ?? usual);
  } catch (error) {
    if (asked !== undefined || !isWxDevError(error, 'WXD6003')) throw error;
    return start(0);
  }
}
