import { planNss } from './nss.ts';
import { storeLabel } from './label.ts';
import type { PlatformPlan, Texts, TrustFacts, TrustStep } from './plan.ts';
import { planWsl, wslCertutil } from './windows.ts';

/** Folder for extra roots and the command that takes them in. */
interface SystemStore {
  readonly title: Texts;
  /** Distributions by `ID` or `ID_LIKE` of os-release(5). */
  readonly ids: readonly string[];
  /** What such a system has, where os-release does not tell. */
  readonly sign: string;
  /** Where one's own roots go. */
  readonly folder: string;
  readonly extension: 'crt' | 'pem';
  readonly refresh: readonly string[];
  /** After a root was taken away. */
  readonly refreshAll: readonly string[];
}

// A file of our own rather than `trust anchor --store`: that can be removed only with the certificate at hand.
const p11Kit = {
  extension: 'pem',
  refresh: ['update-ca-trust', 'extract'],
  refreshAll: ['update-ca-trust', 'extract'],
} as const;

// In the order mkcert looks: an Arch or Fedora with Debian's folder exists, the reverse does not.
const stores: readonly SystemStore[] = [
  {
    title: { en: 'System store (Fedora, RHEL)', zh: '系统信任库（Fedora、RHEL）' },
    ids: ['fedora', 'rhel', 'centos'],
    sign: '/etc/pki/ca-trust/source/anchors',
    folder: '/etc/pki/ca-trust/source/anchors',
    ...p11Kit,
  },
  {
    title: { en: 'System store (Arch)', zh: '系统信任库（Arch）' },
    ids: ['arch'],
    sign: '/etc/ca-certificates/trust-source/anchors',
    folder: '/etc/ca-certificates/trust-source/anchors',
    ...p11Kit,
  },
  {
    title: { en: 'System store (openSUSE)', zh: '系统信任库（openSUSE）' },
    ids: ['suse', 'opensuse'],
    sign: '/usr/share/pki/trust/anchors',
    folder: '/etc/pki/trust/anchors',
    extension: 'pem',
    refresh: ['update-ca-certificates'],
    refreshAll: ['update-ca-certificates'],
  },
  {
    title: {
      en: 'System store (Debian, Ubuntu, Alpine)',
      zh: '系统信任库（Debian、Ubuntu、Alpine）',
    },
    ids: ['debian', 'ubuntu', 'alpine'],
    sign: '/usr/local/share/ca-certificates',
    folder: '/usr/local/share/ca-certificates',
    // Anything else is ignored.
    extension: 'crt',
    refresh: ['update-ca-certificates'],
    // Without it the links to a root that is gone stay.
    refreshAll: ['update-ca-certificates', '--fresh'],
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

/** The distribution's store, the NSS databases of Chromium and Firefox, and under WSL the store of Windows. */
export function planLinux(facts: TrustFacts): PlatformPlan {
  const plans = [
    planSystem(facts),
    planNss(facts),
    ...(facts.exists(wslCertutil) ? [planWsl(facts)] : []),
  ];
  return {
    targets: plans.flatMap((plan) => plan.targets),
    notes: plans.flatMap((plan) => plan.notes),
  };
}

/**
 * What takes the root in `path` out of the system's store; undefined where `path` is no file that this plan could have made,
 * since it is removed as root.
 */
export function planSystemRemoval(path: string, label: string): readonly TrustStep[] | undefined {
  const store = stores.find(({ folder, extension }) => path === `${folder}/${label}.${extension}`);
  return store && toSteps(store.title, [['rm', '-f', path], store.refreshAll]);
}

function planSystem(facts: TrustFacts): PlatformPlan {
  const ids = distributionIds(facts.release ?? '');
  if (ids.includes('nixos')) return { targets: [], notes: [nixNote(facts.certPath)] };
  const store =
    stores.find((candidate) => candidate.ids.some((id) => ids.includes(id))) ??
    stores.find((candidate) => facts.exists(candidate.sign));
  if (!store) return { targets: [], notes: [unknownNote] };
  const { title, folder, extension, refresh } = store;
  const path = `${folder}/${storeLabel(facts.fingerprint256)}.${extension}`;
  // `-D` because Alpine makes the folder only with the package.
  const install = ['install', '-D', '-m', '0644', facts.certPath, path];
  const steps = toSteps(title, [install, refresh]);
  return {
    targets: [{ store: 'system', kind: 'file', path, title, steps }],
    notes: ids.includes('alpine') ? [alpineNote] : [],
  };
}

function toSteps(title: Texts, commands: readonly (readonly string[])[]): readonly TrustStep[] {
  return commands.map((command) => ({ title, command, needsRoot: true }));
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
