import { storeLabel } from './label.ts';
import type { PlatformPlan, Texts, TrustFacts, TrustTarget } from './plan.ts';

const title: Texts = {
  en: 'Windows user store (Edge, Chrome)',
  zh: 'Windows 用户证书库（Edge、Chrome）',
};

const dialogNote: Texts = {
  en: 'Windows shows a warning with the fingerprint: compare it, then choose Yes',
  zh: 'Windows 会弹出带指纹的警告：核对指纹后选择“是”',
};

/** Windows' own program, from inside WSL. */
export const wslCertutil = '/mnt/c/Windows/System32/certutil.exe';

/** A folder that both sides of WSL name without knowing the Windows user. */
const wslFolder = '/mnt/c/Users/Public/Documents';
const windowsFolder = String.raw`C:\Users\Public\Documents`;

/** The current user's store: no administrator, but Windows asks in a window. */
export function planWindows(facts: TrustFacts): PlatformPlan {
  const { certPath } = facts;
  const command = [windowsCertutil(facts.systemRoot), '-user', '-addstore', 'Root', certPath];
  const steps = [{ title, command, needsRoot: false }];
  return {
    targets: [{ store: 'system', kind: 'windows', path: 'Root', title, steps }],
    notes: [dialogNote],
  };
}

/** Windows' `certutil`, by full path: NSS has a program of the same name. */
export function windowsCertutil(systemRoot = String.raw`C:\Windows`): string {
  return String.raw`${systemRoot}\System32\certutil.exe`;
}

/** The other side of WSL: its browsers read the Windows store. The copy is public, and is removed at once. */
export function planWsl({ certPath, fingerprint256 }: TrustFacts): PlatformPlan {
  const name = `${storeLabel(fingerprint256)}.crt`;
  const copy = `${wslFolder}/${name}`;
  const commands = [
    ['cp', certPath, copy],
    [wslCertutil, '-user', '-addstore', 'Root', `${windowsFolder}\\${name}`],
    ['rm', '-f', copy],
  ];
  const steps = commands.map((command) => ({ title, command, needsRoot: false }));
  const target: TrustTarget = { store: 'windows', kind: 'wsl', path: 'Root', title, steps };
  return { targets: [target], notes: [dialogNote] };
}
