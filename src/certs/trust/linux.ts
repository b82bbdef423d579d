import { planNss } from './nss.ts';
import type { Texts, TrustFacts, TrustPlan, TrustStep } from './plan.ts';

/** Folder for extra roots and the command that takes them in. */
interface SystemStore {
  readonly title: Texts;
  /** Distributions by `ID` or `ID_LIKE` of os-release(5). */
  readonly ids: readonly string[];
  /** What such a system has, where os-release does not tell. */
  readonly folder: string;
  readonly commands: (certPath: string, file: string) => readonly (readonly string[])[];
}

const p11Kit: Pick<SystemStore, 'commands'> = {
  commands: (certPath) => [['trust', 'anchor', '--store', certPath]],
};

// In the order mkcert looks: an Arch or Fedora with Debian's folder exists, the reverse does not.
const stores: readonly SystemStore[] = [
  {
    title: { en: 'System store (Fedora, RHEL)', zh: '系统信任库（Fedora、RHEL）' },
    ids: ['fedora', 'rhel', 'centos'],
    folder: '/etc/pki/ca-trust/source/anchors',
    ...p11Kit,
  },
  {
    title: { en: 'System store (Arch)', zh: '系统信任库（Arch）' },
    ids: ['arch'],
    folder: '/etc/ca-certificates/trust-source/anchors',
    ...p11Kit,
  },
  {
    title: { en: 'System store (openSUSE)', zh: '系统信任库（openSUSE）' },
    ids: ['suse', 'opensuse'],
    folder: '/usr/share/pki/trust/anchors',
    commands: (certPath, file) => [
      ['install', '-m', '0644', certPath, `/etc/pki/trust/anchors/${file}.pem`],
      ['update-ca-certificates'],
    ],
  },
  {
    title: {
      en: 'System store (Debian, Ubuntu, Alpine)',
      zh: '系统信任库（Debian、Ubuntu、Alpine）',
    },
    ids: ['debian', 'ubuntu', 'alpine'],
    folder: '/usr/local/share/ca-certificates',
    commands: (certPath, file) => [
      // `.crt` or it is ignored. `-D` because Alpine makes the folder only with the package.
      ['install', '-D', '-m', '0644', certPath, `/usr/local/share/ca-certificates/${file}.crt`],
      ['update-ca-certificates'],
    ],
  },
];

const alpineNote: Texts = {
  en: 'on Alpine the command is in a package: apk add ca-certificates',
  zh: 'Alpine 需要先安装软件包：apk add ca-certificates',
};

const unknownNote: Texts = {
  en: 'this distribution is not known to wx-dev: add the certificate as its manual says',
  zh: 'wx-dev 不认识这个发行版：请按其文档添加证书',
};

const wslNote: Texts = {
  en: 'WSL: Windows browsers read the Windows store; copy ca.pem there and run certutil.exe -user -addstore Root ca.pem',
  zh: 'WSL：Windows 浏览器使用 Windows 的证书库；请把 ca.pem 复制过去并运行 certutil.exe -user -addstore Root ca.pem',
};

/** The distribution's store, then the NSS databases of Chromium and Firefox. */
export function planLinux(facts: TrustFacts): TrustPlan {
  const system = planSystem(facts);
  const nss = planNss(facts);
  const isWsl = facts.exists('/proc/sys/fs/binfmt_misc/WSLInterop');
  return {
    steps: [...system.steps, ...nss.steps],
    notes: [...system.notes, ...nss.notes, ...(isWsl ? [wslNote] : [])],
  };
}

function planSystem(facts: TrustFacts): TrustPlan {
  const ids = distributionIds(facts.release ?? '');
  if (ids.includes('nixos')) return { steps: [], notes: [nixNote(facts.certPath)] };
  const store =
    stores.find((candidate) => candidate.ids.some((id) => ids.includes(id))) ??
    stores.find((candidate) => facts.exists(candidate.folder));
  if (!store) return { steps: [], notes: [unknownNote] };
  const fingerprint = facts.fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase();
  const steps = store
    .commands(facts.certPath, `wx-dev-${fingerprint}`)
    .map((command): TrustStep => ({ title: store.title, command, needsRoot: true }));
  return { steps, notes: ids.includes('alpine') ? [alpineNote] : [] };
}

/** `ID` and the words of `ID_LIKE`, lower case; a family's name counts for `opensuse-leap` and the like. */
function distributionIds(release: string): readonly string[] {
  return release.split('\n').flatMap((line) => {
    const [, value = ''] = /^(?:ID|ID_LIKE)=(.*)$/.exec(line.trim()) ?? [];
    const words = value.replaceAll(/["']/g, '').toLowerCase().split(/\s+/).filter(Boolean);
    return words.flatMap((word) => [word, word.split('-')[0] ?? word]);
  });
}

/** The store is built from the system's configuration and read-only. */
function nixNote(certPath: string): Texts {
  return {
    en: `NixOS: add to configuration.nix: security.pki.certificateFiles = [ "${certPath}" ];`,
    zh: `NixOS：在 configuration.nix 中加入 security.pki.certificateFiles = [ "${certPath}" ];`,
  };
}
