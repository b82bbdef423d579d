import type { TrustFacts, TrustPlan } from './plan.ts';

/** The current user's store: no administrator, but Windows asks in a window. */
export function planWindows({ certPath, systemRoot = 'C:\\Windows' }: TrustFacts): TrustPlan {
  return {
    steps: [
      {
        title: {
          en: 'Windows user store (Edge, Chrome)',
          zh: 'Windows 用户证书库（Edge、Chrome）',
        },
        // By full path: NSS has a program of the same name.
        command: [`${systemRoot}\\System32\\certutil.exe`, '-user', '-addstore', 'Root', certPath],
        needsRoot: false,
      },
    ],
    notes: [
      {
        en: 'Windows shows a warning with the fingerprint: compare it, then choose Yes',
        zh: 'Windows 会弹出带指纹的警告：核对指纹后选择“是”',
      },
    ],
  };
}
