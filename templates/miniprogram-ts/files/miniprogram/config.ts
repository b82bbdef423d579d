/** Where the backend is, for each version of the mini program. */
const addresses: Readonly<Record<EnvVersion, string>> = {
  // Developer tools, with project.private.config.json. On a phone 127.0.0.1 is the phone: `npx wx-dev tunnel __PORT__` gives an
  // https:// address for here.
  develop: 'http://127.0.0.1:__PORT__',
  trial: 'https://wx.example.com',
  release: 'https://wx.example.com',
};

export type EnvVersion = 'develop' | 'trial' | 'release';

/** The version that runs: 开发版, 体验版 or 正式版. */
export function envVersion(): EnvVersion {
  return wx.getAccountInfoSync().miniProgram.envVersion;
}

/** Address of the backend, without a slash at its end. Throws where users would meet a mistake of ours. */
export function baseUrl(version: EnvVersion = envVersion(), all = addresses): string {
  const address = all[version].replace(/\/+$/, '');
  if (version === 'develop') return address;
  const [, host = ''] = /^https:\/\/([^/:]+)/.exec(address) ?? [];
  if (host === '') throw new Error(`${version}: ${address} is not an https:// address`);
  if (/^(localhost|\d+\.\d+\.\d+\.\d+|.*\.(localhost|local|test))$/.test(host)) {
    throw new Error(`${version}: WeChat does not let phones reach ${host}`);
  }
  return address;
}
