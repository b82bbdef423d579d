import { isWxDevError, type ErrorCode, type WxDevError } from '../../src/core/errors.ts';
import { createAccount, type Account } from '../../src/wechat/account.ts';

/** The account every test of this folder uses unless it says otherwise. */
export const account: Account = createAccount({
  token: 'wxdevtoken',
  appId: 'wx1234567890abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});

/** The error `run` throws; anything but a WxDevError fails the test. */
export function errorOf(run: () => unknown): WxDevError {
  try {
    run();
  } catch (error) {
    if (isWxDevError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The code of the error `run` throws. */
export function codeOf(run: () => unknown): ErrorCode {
  return errorOf(run).code;
}
