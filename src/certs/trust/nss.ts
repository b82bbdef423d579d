import { nssNickname } from './label.ts';
import type { PlatformPlan, Texts, TrustFacts, TrustStep, TrustTarget } from './plan.ts';

/** Where NSS's `certutil` is installed; never `certutil` by name, see windows.ts. */
const certutilPaths = ['/usr/bin/certutil', '/usr/local/bin/certutil'];

/** Databases of Chromium and its kin, below the home folder; the first is what a new one gets. */
const chromiumDatabases = [
  '.pki/nssdb',
  '.local/share/pki/nssdb',
  'snap/chromium/current/.pki/nssdb',
];

const chromiumPrograms = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
];

const chromiumTitle: Texts = { en: 'Chromium and Chrome', zh: 'Chromium 和 Chrome' };
const firefoxTitle: Texts = { en: 'Firefox', zh: 'Firefox' };

const missingNote: Texts = {
  en: 'Chrome and Firefox skipped: needs certutil (libnss3-tools, nss-tools or mozilla-nss-tools)',
  zh: '跳过 Chrome 和 Firefox：需要 certutil（libnss3-tools、nss-tools 或 mozilla-nss-tools）',
};

const restartNote: Texts = {
  en: 'restart Firefox afterwards: it reads its certificates at start',
  zh: '完成后请重启 Firefox：它只在启动时读取证书',
};

/** On Linux browsers do not read the system's store but databases of their own. */
export function planNss(facts: TrustFacts): PlatformPlan {
  const found = chromiumDatabases.map((path) => `${facts.home}/${path}`).filter(facts.exists);
  const firefox = facts.firefoxProfiles ?? [];
  const missing = found.length === 0 && chromiumPrograms.some(facts.exists);
  if (found.length === 0 && firefox.length === 0 && !missing) return { targets: [], notes: [] };
  const certutil = findCertutil(facts.exists);
  if (certutil === undefined) return { targets: [], notes: [missingNote] };
  const fresh = `${facts.home}/.pki/nssdb`;
  return {
    targets: [
      ...(missing ? [madeTarget(certutil, fresh, facts)] : []),
      ...found.map((path) => target('chromium', certutil, path, facts)),
      ...firefox.map((path) => target('firefox', certutil, path, facts)),
    ],
    notes: firefox.length > 0 ? [restartNote] : [],
  };
}

/** NSS's program, never Windows' one of the same name; undefined where it is not installed. */
export function findCertutil(exists: (path: string) => boolean): string | undefined {
  return certutilPaths.find(exists);
}

function target(
  store: 'chromium' | 'firefox',
  certutil: string,
  path: string,
  facts: TrustFacts,
): TrustTarget {
  const title = store === 'chromium' ? chromiumTitle : firefoxTitle;
  return { store, kind: 'nss', path, title, steps: [add(certutil, path, title, facts)] };
}

function madeTarget(certutil: string, path: string, facts: TrustFacts): TrustTarget {
  const made = target('chromium', certutil, path, facts);
  return {
    ...made,
    steps: [...createDatabase(certutil, path), ...made.steps],
    makesDatabase: true,
  };
}

/** Chrome makes its database on first need; until then there is nothing to add to. */
function createDatabase(certutil: string, path: string): TrustStep[] {
  return [
    { title: chromiumTitle, command: ['mkdir', '-p', path], needsRoot: false },
    {
      title: chromiumTitle,
      command: [certutil, '-d', `sql:${path}`, '-N', '--empty-password'],
      needsRoot: false,
    },
  ];
}

/** `C,,`: an authority for TLS servers, not for mail or code. */
function add(certutil: string, path: string, title: Texts, facts: TrustFacts): TrustStep {
  const name = nssNickname(facts.fingerprint256);
  return {
    title,
    command: [certutil, '-d', `sql:${path}`, '-A', '-t', 'C,,', '-n', name, '-i', facts.certPath],
    needsRoot: false,
  };
}
