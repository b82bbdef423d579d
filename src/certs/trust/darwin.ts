import type { TrustFacts, TrustPlan } from './plan.ts';

/** The login keychain: no root, but macOS asks for the password in a window, which fails over SSH. */
export function planDarwin({ certPath, home }: TrustFacts): TrustPlan {
  const keychain = `${home}/Library/Keychains/login.keychain-db`;
  return {
    steps: [
      {
        title: {
          en: 'Login keychain (Safari, Chrome, curl)',
          zh: '登录钥匙串（Safari、Chrome、curl）',
        },
        // `-p ssl`: trusted for TLS servers, not for mail or code.
        command: [
          'security',
          'add-trusted-cert',
          '-r',
          'trustRoot',
          '-p',
          'ssl',
          '-k',
          keychain,
          certPath,
        ],
        needsRoot: false,
      },
    ],
    notes: [
      {
        en: 'macOS asks for your password in a window: run this at the machine, not over SSH',
        zh: 'macOS 会弹窗要求输入密码：请在本机运行，不要通过 SSH',
      },
    ],
  };
}
