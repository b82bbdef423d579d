import {
  addressRanges,
  byteSize,
  choice,
  count,
  flagValue,
  hostHeader,
  hostName,
  httpUrl,
  httpUrlAsWritten,
  proxyUrl,
  filePath,
  filePaths,
  label,
  port,
  secretText,
  target,
  urlPath,
  urlPaths,
  anyText,
  wildcardUrl,
  domainName,
  type ValueType,
} from './values.ts';

/** Every kind of account, as `kind` says it. */
const accountKinds = [
  'official',
  'miniprogram',
  'work',
  'work-suite',
  'work-bot',
  'component',
  'pay',
  'pay-v2',
] as const;

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
  /** Says who an account is: where a named account is chosen, only its own value counts. */
  readonly ofAccount?: boolean;
}

/** Every key of a config file. */
export type SettingKey =
  | 'account'
  | 'aesKey'
  | 'aesKeyFile'
  | 'allowIp'
  | 'apiBase'
  | 'apiV3Key'
  | 'appId'
  | 'appPort'
  | 'appSecret'
  | 'basicAuthFile'
  | 'clientCa'
  | 'clientCert'
  | 'clientKey'
  | 'connectionsPerIp'
  | 'connectionsPerName'
  | 'corpId'
  | 'crl'
  | 'dedupe'
  | 'domain'
  | 'forwardTo'
  | 'handler'
  | 'healthPort'
  | 'history'
  | 'host'
  | 'hostHeader'
  | 'httpPort'
  | 'https'
  | 'httpsPort'
  | 'insecure'
  | 'kind'
  | 'localCa'
  | 'maxBody'
  | 'mchId'
  | 'memory'
  | 'lateReply'
  | 'mode'
  | 'openPath'
  | 'path'
  | 'payV2Key'
  | 'platformKey'
  | 'platformKeyId'
  | 'port'
  | 'previousAesKey'
  | 'printUrl'
  | 'proxy'
  | 'publicUrl'
  | 'ratePerIp'
  | 'ratePerName'
  | 'readyFile'
  | 'relay'
  | 'relayToken'
  | 'relayTokenFile'
  | 'spool'
  | 'spoolDir'
  | 'strict'
  | 'subdomain'
  | 'suiteId'
  | 'tls'
  | 'tlsCert'
  | 'tlsKey'
  | 'token'
  | 'tokenFile'
  | 'trustProxy'
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
  history: define({ flag: '--history', env: ['WX_DEV_HISTORY'], type: flagValue, default: true }),
  lateReply: define({
    flag: '--late-reply',
    env: ['WX_DEV_LATE_REPLY'],
    type: choice('off', 'customer'),
    default: 'off',
  }),

  account: define({ flag: '--account', env: ['WX_DEV_ACCOUNT'], type: anyText }),
  kind: define({ env: ['WX_DEV_KIND'], type: choice(...accountKinds), ofAccount: true }),
  token: define({
    env: ['WX_DEV_TOKEN', 'WX_TOKEN'],
    type: anyText,
    secret: true,
    ofAccount: true,
  }),
  tokenFile: define({
    flag: '--token-file',
    env: ['WX_DEV_TOKEN_FILE'],
    type: filePath,
    contentOf: 'token',
    ofAccount: true,
  }),
  aesKey: define({
    env: ['WX_DEV_AES_KEY', 'WX_AES_KEY'],
    type: anyText,
    secret: true,
    ofAccount: true,
  }),
  aesKeyFile: define({
    flag: '--aes-key-file',
    env: ['WX_DEV_AES_KEY_FILE'],
    type: filePath,
    contentOf: 'aesKey',
    ofAccount: true,
  }),
  previousAesKey: define({
    env: ['WX_DEV_PREVIOUS_AES_KEY'],
    type: anyText,
    secret: true,
    ofAccount: true,
  }),
  appId: define({ env: ['WX_DEV_APP_ID', 'WX_APPID'], type: anyText, ofAccount: true }),
  appSecret: define({ env: ['WX_SECRET'], type: anyText, secret: true, ofAccount: true }),
  corpId: define({ env: ['WX_CORP_ID'], type: anyText, ofAccount: true }),
  suiteId: define({ env: ['WX_SUITE_ID'], type: anyText, ofAccount: true }),
  mchId: define({ env: ['WX_PAY_MCH_ID'], type: anyText, ofAccount: true }),
  apiV3Key: define({
    env: ['WX_PAY_API_V3_KEY'],
    type: anyText,
    secret: true,
    ofAccount: true,
  }),
  payV2Key: define({ env: ['WX_PAY_V2_KEY'], type: anyText, secret: true, ofAccount: true }),
  platformKey: define({ env: ['WX_PAY_PLATFORM_KEY'], type: filePaths, ofAccount: true }),
  platformKeyId: define({ env: ['WX_PAY_PLATFORM_KEY_ID'], type: anyText, ofAccount: true }),
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
  /** May hold a password. */
  proxy: define({ flag: '--proxy', env: ['WX_DEV_PROXY'], type: proxyUrl, secret: true }),
  subdomain: define({ flag: '--subdomain', env: ['WX_DEV_SUBDOMAIN'], type: label }),
  tunnel: define({ flag: '--tunnel', env: ['WX_DEV_TUNNEL'], type: flagValue }),
  spool: define({ flag: '--spool', env: ['WX_DEV_SPOOL'], type: flagValue, default: false }),
  spoolDir: define({ flag: '--spool-dir', env: ['WX_DEV_SPOOL_DIR'], type: filePath }),
  hostHeader: define({ flag: '--host-header', env: ['WX_DEV_HOST_HEADER'], type: hostHeader }),
  localCa: define({ flag: '--local-ca', env: ['WX_DEV_LOCAL_CA'], type: filePath }),
  insecure: define({
    flag: '--insecure',
    env: ['WX_DEV_INSECURE'],
    type: flagValue,
    default: false,
  }),
  basicAuthFile: define({
    flag: '--basic-auth-file',
    env: ['WX_DEV_BASIC_AUTH_FILE'],
    type: filePath,
  }),
  allowIp: define({ flag: '--allow-ip', env: ['WX_DEV_ALLOW_IP'], type: addressRanges }),
  openPath: define({ flag: '--open-path', env: ['WX_DEV_OPEN_PATH'], type: urlPaths }),
  tunnelUrl: define({
    flag: '--tunnel-url',
    env: ['WX_DEV_TUNNEL_URL'],
    type: httpUrlAsWritten,
  }),
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
  trustProxy: define({ flag: '--trust-proxy', env: ['WX_DEV_TRUST_PROXY'], type: addressRanges }),
  ratePerIp: define({ flag: '--rate-per-ip', env: ['WX_DEV_RATE_PER_IP'], type: count }),
  ratePerName: define({ flag: '--rate-per-name', env: ['WX_DEV_RATE_PER_NAME'], type: count }),
  connectionsPerIp: define({
    flag: '--connections-per-ip',
    env: ['WX_DEV_CONNECTIONS_PER_IP'],
    type: count,
  }),
  connectionsPerName: define({
    flag: '--connections-per-name',
    env: ['WX_DEV_CONNECTIONS_PER_NAME'],
    type: count,
  }),
  maxBody: define({ flag: '--max-body', env: ['WX_DEV_MAX_BODY'], type: byteSize }),
  memory: define({ flag: '--memory', env: ['WX_DEV_MEMORY'], type: byteSize }),
  healthPort: define({ flag: '--health-port', env: ['WX_DEV_HEALTH_PORT'], type: port }),
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

/** Whether `key` says who an account is, so that another account's value would be a wrong one. */
export function isOfAccount(key: SettingKey): boolean {
  const definition: SettingDefinition<unknown> = settings[key];
  return definition.ofAccount === true;
}

/**
 * What stands behind the name of a variable that is meant for one account: `WX_TOKEN_SHOP` is the Token of `shop`, `WX_TOKEN_MY_SHOP`
 * that of `my-shop`.
 */
export function accountSuffix(account: string): string {
  return `_${account.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

function define<Value>(
  definition: Omit<SettingDefinition<Value>, 'secret'> & { readonly secret?: boolean },
): SettingDefinition<Value> {
  return { secret: false, ...definition };
}
