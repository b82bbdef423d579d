import { createAccount } from '../../dist/wechat/index.js';

/** The account of the loss soak, known to WeChat and to the app. */
export const account = createAccount({
  token: 'wxdevtoken',
  appId: 'wx1234567890abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});
