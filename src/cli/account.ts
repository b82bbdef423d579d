import type { Settings } from '../config/resolve.ts';
import type { ProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import { createAccount, type Account, type Mode } from '../wechat/account.ts';

/** The account of a project, and where its secrets are kept. */
export interface ResolvedAccount {
  readonly account: Account;
  readonly mode: Mode;
  /** As text, for what is printed to be pasted and for the app's environment. */
  readonly token: string;
  readonly aesKey: string | undefined;
  /** File that holds the AES key, for a banner that must not show it. */
  readonly aesKeyPlace: string;
}

/**
 * The account as configured. Where nothing at all is configured, Token and EncodingAESKey are the project's own random ones; where
 * the user has set a Token, no key is invented beside it, because it would not match the console's.
 *
 * @throws WXD1003, WXD1101 for values WeChat would not take; WXD6002 when the mode needs a key and there is none
 */
export function resolveAccount(settings: Settings, state: ProjectState): ResolvedAccount {
  const ownToken = settings.get('token');
  const token = ownToken ?? state.token;
  const aesKey = settings.get('aesKey') ?? (ownToken === undefined ? state.aesKey : undefined);
  const mode = settings.get('mode') ?? (aesKey === undefined ? 'plain' : 'safe');
  if (mode !== 'plain' && aesKey === undefined) {
    throw new WxDevError('WXD6002', {
      name: 'WX_AES_KEY',
      need: `--mode ${mode}: EncodingAESKey (43 characters)`,
      run: 'echo WX_AES_KEY=... >> .env',
    });
  }
  const account = createAccount(
    { token, aesKey, previousAesKey: settings.get('previousAesKey'), appId: settings.get('appId') },
    {
      token: settings.source('token'),
      aesKey: settings.source('aesKey'),
      previousAesKey: settings.source('previousAesKey'),
    },
  );
  const source = settings.source('aesKey');
  return { account, mode, token, aesKey, aesKeyPlace: source?.file ?? source?.name ?? state.file };
}
