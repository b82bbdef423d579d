import type { Settings } from '../config/resolve.ts';
import { accountSuffix, settings as definitions, type SettingKey } from '../config/schema.ts';
import type { ProjectState } from '../config/state.ts';
import { WxDevError, type Words } from '../core/errors.ts';
import {
  createAccount,
  isAlwaysEncrypted,
  type Account,
  type AccountKind,
  type Mode,
} from '../wechat/account.ts';

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

/** The kinds that WeChat Pay notifies; all others get pushes. */
export type PayKind = 'pay' | 'pay-v2';

/** Which of the ids says whom an encrypted push is for. */
const requiredIds: Readonly<Partial<Record<AccountKind, readonly [SettingKey, Words][]>>> = {
  work: [['corpId', { en: 'the CorpId, ww…', zh: '企业 ID，ww…' }]],
  'work-suite': [
    ['suiteId', { en: 'the SuiteId, ww… or tj…', zh: '第三方应用的 SuiteId，ww… 或 tj…' }],
  ],
  component: [
    ['appId', { en: "the platform's component AppId", zh: '第三方平台的 component AppId' }],
  ],
};

/**
 * Whose callbacks the settings are about.
 *
 * @throws WXD6030 when there are several accounts and nothing says which
 */
export function accountKind(settings: Settings): AccountKind | PayKind {
  const { accounts } = settings;
  if (settings.isAccountOpen) throw new WxDevError('WXD6030', { names: accounts });
  return settings.get('kind') ?? 'official';
}

/**
 * The account as configured. Where nothing at all is configured, Token and EncodingAESKey are the project's own random ones; where
 * the user has set a Token, no key is invented beside it, because it would not match the console's.
 *
 * @throws WXD1003, WXD1101 for values WeChat would not take; WXD6002 when the mode needs a key and there is none; WXD6030 when no
 * account is chosen; WXD6031 when one of this kind needs an id; WXD6032 for a merchant, and for a mode this kind does not have
 */
export function resolveAccount(settings: Settings, state: ProjectState): ResolvedAccount {
  const kind = accountKind(settings);
  const source = settings.source('kind');
  if (isPayKind(kind)) {
    throw new WxDevError('WXD6032', { kind, what: { en: 'a push', zh: '推送' }, source });
  }
  for (const [key, what] of requiredIds[kind] ?? []) requireSetting(settings, key, what);
  const ownToken = settings.get('token');
  const token = ownToken ?? state.token;
  const aesKey = settings.get('aesKey') ?? (ownToken === undefined ? state.aesKey : undefined);
  const account = createAccount(
    {
      // What every account was before there were kinds.
      kind: settings.source('kind') === undefined ? undefined : kind,
      token,
      aesKey,
      previousAesKey: settings.get('previousAesKey'),
      appId: settings.get('appId'),
      corpId: settings.get('corpId'),
      suiteId: settings.get('suiteId'),
    },
    {
      token: settings.source('token'),
      aesKey: settings.source('aesKey'),
      previousAesKey: settings.source('previousAesKey'),
      appId: settings.source('appId'),
      corpId: settings.source('corpId'),
      suiteId: settings.source('suiteId'),
    },
  );
  const mode = resolveMode(settings, account, aesKey);
  const keySource = settings.source('aesKey');
  const aesKeyPlace = keySource?.file ?? keySource?.name ?? state.file;
  return { account, mode, token, aesKey, aesKeyPlace };
}

/** Whether WeChat Pay notifies this kind. */
export function isPayKind(kind: AccountKind | PayKind): kind is PayKind {
  return kind === 'pay' || kind === 'pay-v2';
}

/**
 * The value of a setting that this kind of account cannot do without.
 *
 * @throws WXD6031
 */
export function requireSetting(settings: Settings, key: SettingKey, what: Words): string {
  const value = settings.get(key);
  if (value !== undefined) return String(value);
  const { account } = settings;
  throw new WxDevError('WXD6031', {
    kind: accountKind(settings),
    account,
    setting: account === undefined ? key : `accounts.${account}.${key}`,
    variable: variableOf(key, account),
    what,
    source: settings.source('kind'),
  });
}

/** The variable of a setting that an error tells to set: the one that the app reads too, with the account's name behind it. */
function variableOf(key: SettingKey, account: string | undefined): string {
  const name = definitions[key].env.at(-1) ?? key;
  return account === undefined ? name : `${name}${accountSuffix(account)}`;
}

function resolveMode(settings: Settings, account: Account, aesKey: string | undefined): Mode {
  const asked = settings.get('mode');
  const alwaysSafe = isAlwaysEncrypted(account);
  if (alwaysSafe && asked !== undefined && asked !== 'safe') {
    const source = settings.source('kind');
    throw new WxDevError('WXD6032', { kind: account.kind ?? '', what: `mode ${asked}`, source });
  }
  const mode = alwaysSafe ? 'safe' : (asked ?? (aesKey === undefined ? 'plain' : 'safe'));
  if (mode === 'plain' || aesKey !== undefined) return mode;
  const name = variableOf('aesKey', settings.account);
  const reason = alwaysSafe ? `kind ${account.kind}` : `--mode ${mode}`;
  throw new WxDevError('WXD6002', {
    name,
    need: {
      en: `${reason} needs the EncodingAESKey, 43 characters`,
      zh: `${reason} 需要 EncodingAESKey，43 位`,
    },
    run: `echo ${name}=... >> .env`,
  });
}
