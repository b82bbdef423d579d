import type { PlatformPlan, Texts, TrustFacts } from './plan.ts';

const title: Texts = {
  en: 'Login keychain (Safari, Chrome, curl)',
  zh: '登录钥匙串（Safari、Chrome、curl）',
};

/** The login keychain: no root, but macOS asks for the password in a window, which fails over SSH. */
export function planDarwin({ certPath, home }: TrustFacts): PlatformPlan {
  const path = `${home}/Library/Keychains/login.keychain-db`;
  // `-p ssl`: trusted for TLS servers, not for mail or code.
  const add = ['security', 'add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', path];
  const steps = [{ title, command: [...add, certPath], needsRoot: false }];
  return {
    targets: [{ store: 'system', kind: 'keychain', path, title, steps }],
    notes: [
      {
        en: 'macOS asks for your password in a window: run this at the machine, not over SSH',
        zh: 'macOS 会弹窗要求输入密码：请在本机运行，不要通过 SSH',
      },
    ],
  };
}
