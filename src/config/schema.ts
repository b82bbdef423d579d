import {
  choice,
  flagValue,
  hostName,
  httpUrl,
  filePath,
  label,
  port,
  secretText,
  target,
  urlPath,
  anyText,
  wildcardUrl,
  domainName,
  type ValueType,
} from './values.ts';

/** One setting: how it is written in each place, what it may hold, and what it is when nobody sets it. */
export interface SettingDefinition<Value> {
  /** Option of the command line; absent for what must not appear in a process list. */
  readonly flag?: string;
  /** Environment variables, first wins; also read from `.env.local` and `.env`. */
  readonly env: readonly string[];
  readonly type: ValueType<Value>;
  readonly default?: Value;
  /** Never printed, never logged. */
  readonly secret: boolean;
  /** This setting names a file whose content is the value of that one. */
  readonly contentOf?: SettingKey;
}

/** Every key of a config file. */
export type SettingKey =
  | 'aesKey'
  | 'aesKeyFile'
  | 'apiBase'
  | 'appId'
  | 'appPort'
  | 'appSecret'
  | 'clientCa'
  | 'clientCert'
  | 'clientKey'
  | 'crl'
  | 'dedupe'
  | 'domain'
  | 'forwardTo'
  | 'handler'
  | 'host'
  | 'httpPort'
  | 'https'
  | 'httpsPort'
  | 'mode'
  | 'path'
  | 'port'
  | 'previousAesKey'
  | 'printUrl'
  | 'publicUrl'
  | 'readyFile'
  | 'relay'
  | 'relayToken'
  | 'relayTokenFile'
  | 'strict'
  | 'subdomain'
  | 'tls'
  | 'tlsCert'
  | 'tlsKey'
  | 'token'
  | 'tokenFile'
  | 'tunnel'
  | 'tunnelUrl';

/**
 * Every setting, once. `WX_*` and `PORT` are the app's own variables, which all templates share; `PORT` is the port of the
 * app, never the one wx-dev listens on.
 */
export const settings = {
  port: define({ flag: '--port', env: ['WX_DEV_PORT'], type: port }),
  host: define({ flag: '--host', env: ['WX_DEV_HOST'], type: hostName, default: '127.0.0.1' }),
  path: define({ flag: '--path', env: ['WX_DEV_PATH'], type: urlPath, default: '/wx' }),
  mode: define({
    flag: '--mode',
    env: ['WX_DEV_MODE'],
    type: choice('plain', 'compat', 'safe'),
  }),
  forwardTo: define({ flag: '--forward-to', env: ['WX_DEV_FORWARD_TO'], type: target }),
  handler: define({ env: ['WX_DEV_HANDLER'], type: filePath }),
  strict: define({ flag: '--strict', env: ['WX_DEV_STRICT'], type: flagValue, default: false }),
  dedupe: define({ flag: '--dedupe', env: ['WX_DEV_DEDUPE'], type: flagValue, default: false }),

  token: define({ env: ['WX_DEV_TOKEN', 'WX_TOKEN'], type: anyText, secret: true }),
  tokenFile: define({
    flag: '--token-file',
    env: ['WX_DEV_TOKEN_FILE'],
    type: filePath,
    contentOf: 'token',
  }),
  aesKey: define({ env: ['WX_DEV_AES_KEY', 'WX_AES_KEY'], type: anyText, secret: true }),
  aesKeyFile: define({
    flag: '--aes-key-file',
    env: ['WX_DEV_AES_KEY_FILE'],
    type: filePath,
    contentOf: 'aesKey',
  }),
  previousAesKey: define({ env: ['WX_DEV_PREVIOUS_AES_KEY'], type: anyText, secret: true }),
  appId: define({ env: ['WX_DEV_APP_ID', 'WX_APPID'], type: anyText }),
  appSecret: define({ env: ['WX_SECRET'], type: anyText, secret: true }),
  apiBase: define({ env: ['WX_API_BASE'], type: httpUrl }),
  appPort: define({ env: ['PORT'], type: port }),

  relay: define({ flag: '--relay', env: ['WX_DEV_RELAY'], type: httpUrl }),
  relayToken: define({ env: ['WX_DEV_RELAY_TOKEN'], type: secretText, secret: true }),
  relayTokenFile: define({
    flag: '--relay-token-file',
    env: ['WX_DEV_RELAY_TOKEN_FILE'],
    type: filePath,
    contentOf: 'relayToken',
  }),
  subdomain: define({ flag: '--subdomain', env: ['WX_DEV_SUBDOMAIN'], type: label }),
  tunnel: define({ flag: '--tunnel', env: ['WX_DEV_TUNNEL'], type: flagValue }),
  tunnelUrl: define({ flag: '--tunnel-url', env: ['WX_DEV_TUNNEL_URL'], type: httpUrl }),
  printUrl: define({
    flag: '--print-url',
    env: ['WX_DEV_PRINT_URL'],
    type: flagValue,
    default: false,
  }),
  readyFile: define({ flag: '--ready-file', env: ['WX_DEV_READY_FILE'], type: filePath }),

  domain: define({
    flag: '--domain',
    env: ['WX_DEV_DOMAIN'],
    type: domainName,
    default: 'localhost',
  }),
  tls: define({ flag: '--tls', env: ['WX_DEV_TLS'], type: choice('off', 'local', 'files') }),
  tlsCert: define({ flag: '--tls-cert', env: ['WX_DEV_TLS_CERT'], type: filePath }),
  tlsKey: define({ flag: '--tls-key', env: ['WX_DEV_TLS_KEY'], type: filePath }),
  https: define({ flag: '--https', env: ['WX_DEV_HTTPS'], type: flagValue, default: false }),
  clientCa: define({ flag: '--client-ca', env: ['WX_DEV_CLIENT_CA'], type: filePath }),
  clientCert: define({ flag: '--client-cert', env: ['WX_DEV_CLIENT_CERT'], type: filePath }),
  clientKey: define({ flag: '--client-key', env: ['WX_DEV_CLIENT_KEY'], type: filePath }),
  crl: define({ flag: '--crl', env: ['WX_DEV_CRL'], type: filePath }),
  httpsPort: define({ flag: '--https-port', env: ['WX_DEV_HTTPS_PORT'], type: port }),
  httpPort: define({ flag: '--http-port', env: ['WX_DEV_HTTP_PORT'], type: port }),
  publicUrl: define({ flag: '--public-url', env: ['WX_DEV_PUBLIC_URL'], type: wildcardUrl }),
} satisfies Record<SettingKey, SettingDefinition<unknown>>;

/** What the setting `K` holds. */
export type SettingValue<K extends SettingKey> =
  (typeof settings)[K] extends SettingDefinition<infer Value> ? Value : never;

/** Every key, in the order of the table. */
export const settingKeys: readonly SettingKey[] = Object.keys(settings).filter(isSettingKey);

/** Whether `key` is a setting. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key);
}

function define<Value>(
  definition: Omit<SettingDefinition<Value>, 'secret'> & { readonly secret?: boolean },
): SettingDefinition<Value> {
  return { secret: false, ...definition };
}
