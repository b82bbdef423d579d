import { expect, test } from 'vitest';
import type { TrustEntry } from '../../../src/certs/trust/record.ts';
import { planUntrust } from '../../../src/certs/trust/unplan.ts';

const entry: TrustEntry = {
  store: 'system',
  kind: 'file',
  path: '/usr/local/share/ca-certificates/wx-dev-abcdef01.crt',
  fingerprint256: 'AB:CD:EF:01:23',
  fingerprint1: '11:22:33',
  certPem: '',
  time: '2026-11-21T00:00:00Z',
  madeDatabase: false,
};

function commands(changes: Partial<TrustEntry>, platform = 'linux'): string[] | undefined {
  const facts = { exists: (path: string) => path === '/usr/bin/certutil', platform };
  const steps = planUntrust({ ...entry, ...changes }, '/tmp/ca.pem', facts);
  return steps?.map((step) => `${step.needsRoot ? 'sudo ' : ''}${step.command.join(' ')}`);
}

test.each([
  [
    'Debian',
    {},
    [
      'sudo rm -f /usr/local/share/ca-certificates/wx-dev-abcdef01.crt',
      'sudo update-ca-certificates --fresh',
    ],
  ],
  [
    'Fedora (not run)',
    { path: '/etc/pki/ca-trust/source/anchors/wx-dev-abcdef01.pem' },
    [
      'sudo rm -f /etc/pki/ca-trust/source/anchors/wx-dev-abcdef01.pem',
      'sudo update-ca-trust extract',
    ],
  ],
  [
    'Arch (not run)',
    { path: '/etc/ca-certificates/trust-source/anchors/wx-dev-abcdef01.pem' },
    [
      'sudo rm -f /etc/ca-certificates/trust-source/anchors/wx-dev-abcdef01.pem',
      'sudo update-ca-trust extract',
    ],
  ],
  [
    'openSUSE (not run)',
    { path: '/etc/pki/trust/anchors/wx-dev-abcdef01.pem' },
    ['sudo rm -f /etc/pki/trust/anchors/wx-dev-abcdef01.pem', 'sudo update-ca-certificates'],
  ],
  [
    'NSS',
    { kind: 'nss', path: '/home/u/a b' } as const,
    ['/usr/bin/certutil -d sql:/home/u/a b -D -n wx-dev abcdef01'],
  ],
  [
    'macOS (not run)',
    { kind: 'keychain', path: '/Users/u/Library/Keychains/login.keychain-db' } as const,
    [
      'security remove-trusted-cert /tmp/ca.pem',
      'security delete-certificate -Z 112233 /Users/u/Library/Keychains/login.keychain-db',
    ],
  ],
  [
    'Windows (not run)',
    { kind: 'windows', path: 'Root' } as const,
    ['C:\\Windows\\System32\\certutil.exe -user -delstore Root 112233'],
  ],
  [
    'Windows from WSL (not run)',
    { kind: 'wsl', path: 'Root' } as const,
    ['/mnt/c/Windows/System32/certutil.exe -user -delstore Root 112233'],
  ],
  [
    'Java',
    { kind: 'java', path: 'cacerts' } as const,
    ['sudo keytool -delete -cacerts -storepass changeit -alias wx-dev-abcdef01'],
  ],
])('removes from %s by fingerprint', (_name, changes, expected) => {
  expect(commands(changes)).toEqual(expected);
});

test.each([
  '/etc/passwd',
  '/usr/local/share/ca-certificates/other.crt',
  '/usr/local/share/ca-certificates/../../../../etc/wx-dev-abcdef01.crt',
  'relative',
])('an altered list cannot make root delete %s', (path) => {
  expect(commands({ path })).toBeUndefined();
});
