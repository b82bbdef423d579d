import { expect, test } from 'vitest';
import { planTrust, type TrustFacts } from '../../../src/certs/trust/plan.ts';

const certPath = '/home/张 三/.local/share/wx-dev/ca/ca.pem';

function commandsFor(facts: Partial<TrustFacts>, existing: readonly string[] = []): string[] {
  const plan = planTrust({
    platform: 'linux',
    home: '/home/u',
    certPath: '/ca.pem',
    fingerprint256: 'AB:CD:EF:01:23:45',
    exists: (path) => existing.includes(path),
    ...facts,
  });
  return plan.steps.map((step) => `${step.needsRoot ? 'sudo ' : ''}${step.command.join(' ')}`);
}

const debian = [
  'sudo install -D -m 0644 /ca.pem /usr/local/share/ca-certificates/wx-dev-abcdef01.crt',
  'sudo update-ca-certificates',
];
const p11Kit = [
  'sudo install -D -m 0644 /ca.pem /etc/pki/ca-trust/source/anchors/wx-dev-abcdef01.pem',
  'sudo update-ca-trust extract',
];
const arch = [
  'sudo install -D -m 0644 /ca.pem /etc/ca-certificates/trust-source/anchors/wx-dev-abcdef01.pem',
  'sudo update-ca-trust extract',
];
const suse = [
  'sudo install -D -m 0644 /ca.pem /etc/pki/trust/anchors/wx-dev-abcdef01.pem',
  'sudo update-ca-certificates',
];

test.each([
  ['Debian', 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', debian],
  ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\n', debian],
  ['Linux Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', debian],
  ['Deepin', 'ID=Deepin\nID_LIKE=debian\r\n', debian],
  ['Alpine', 'ID=alpine\n', debian],
  ['Fedora', 'ID=fedora\n', p11Kit],
  ['Rocky', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', p11Kit],
  ['openEuler-like', "ID='x'\nID_LIKE='rhel'\n", p11Kit],
  ['Arch', 'ID=arch\n', arch],
  ['Manjaro', 'ID=manjaro\nID_LIKE=arch\n', arch],
  ['openSUSE Leap', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', suse],
  ['Tumbleweed', 'ID="opensuse-tumbleweed"\n', suse],
  ['NixOS', 'ID=nixos\n', []],
  ['an unknown one', 'ID=plan9\n', []],
  ['one that does not say', '', []],
])('knows the store of %s (the commands, not run)', (_name, release, commands) => {
  expect(commandsFor({ release })).toEqual(commands);
});

test.each([
  ['/usr/local/share/ca-certificates', debian],
  ['/etc/pki/ca-trust/source/anchors', p11Kit],
  ['/etc/ca-certificates/trust-source/anchors', arch],
  ['/usr/share/pki/trust/anchors', suse],
])('goes by the folder %s where os-release does not tell', (folder, commands) => {
  expect(commandsFor({ release: undefined }, [folder])).toEqual(commands);
});

test('on macOS trusts in the login keychain, for TLS only (not run)', () => {
  expect(commandsFor({ platform: 'darwin', home: '/Users/u' })).toEqual([
    'security add-trusted-cert -r trustRoot -p ssl -k /Users/u/Library/Keychains/login.keychain-db /ca.pem',
  ]);
});

test('on windows calls the system certutil by its full path (not run)', () => {
  const facts = { platform: 'win32', home: 'C:\\Users\\u', certPath: 'C:\\ca.pem' };
  expect(commandsFor(facts)).toEqual([
    'C:\\Windows\\System32\\certutil.exe -user -addstore Root C:\\ca.pem',
  ]);
  expect(commandsFor({ ...facts, systemRoot: 'D:\\Win' })[0]).toMatch(/^D:\\Win\\System32\\/);
});

test('adds to the databases of Chromium and Firefox that exist', () => {
  const existing = ['/usr/bin/certutil', '/home/u/.pki/nssdb'];
  const profile = '/home/u/.mozilla/firefox/a b.default';
  expect(commandsFor({ firefoxProfiles: [profile] }, existing)).toEqual([
    '/usr/bin/certutil -d sql:/home/u/.pki/nssdb -A -t C,, -n wx-dev abcdef01 -i /ca.pem',
    `/usr/bin/certutil -d sql:${profile} -A -t C,, -n wx-dev abcdef01 -i /ca.pem`,
  ]);
});

test('makes the database of a Chrome that has not run yet', () => {
  expect(commandsFor({}, ['/usr/bin/certutil', '/usr/bin/google-chrome'])).toEqual([
    'mkdir -p /home/u/.pki/nssdb',
    '/usr/bin/certutil -d sql:/home/u/.pki/nssdb -N --empty-password',
    '/usr/bin/certutil -d sql:/home/u/.pki/nssdb -A -t C,, -n wx-dev abcdef01 -i /ca.pem',
  ]);
});

test('without certutil says what is missing, and nothing where no browser is', () => {
  const facts = {
    platform: 'linux',
    home: '/home/u',
    certPath: '/ca.pem',
    fingerprint256: 'AB:CD:EF:01',
    release: 'ID=debian',
  };
  const withChrome = planTrust({ ...facts, exists: (path) => path === '/usr/bin/chromium' });
  expect(withChrome.steps).toHaveLength(2);
  expect(withChrome.notes[0]?.en).toContain('libnss3-tools');
  const without = planTrust({ ...facts, exists: () => false });
  expect(without.notes.map((note) => note.en).join()).not.toContain('certutil');
});

test.each(['linux', 'darwin', 'win32', 'freebsd'])(
  'on %s a path is one argument, whatever is in it',
  (platform) => {
    const plan = planTrust({
      platform,
      certPath,
      home: '/home/张 三',
      fingerprint256: 'AB:CD:EF:01',
      release: 'ID=debian',
      exists: (path) => path.endsWith('certutil') || path.endsWith('.pki/nssdb'),
    });
    const words = plan.steps.flatMap((step) => step.command);
    expect(words).toContain(certPath);
    for (const { title } of plan.steps) expect(title.en && title.zh).not.toBe('');
    for (const note of plan.notes) expect(note.en && note.zh).not.toBe('');
    expect(plan.notes.at(-1)?.en).toContain('NODE_EXTRA_CA_CERTS=');
  },
);

test('under WSL adds to the store of Windows as well (not run)', () => {
  const certutil = '/mnt/c/Windows/System32/certutil.exe';
  expect(commandsFor({ release: 'ID=ubuntu\nID_LIKE=debian\n' }, [certutil])).toEqual([
    ...debian,
    'cp /ca.pem /mnt/c/Users/Public/Documents/wx-dev-abcdef01.crt',
    `${certutil} -user -addstore Root C:\\Users\\Public\\Documents\\wx-dev-abcdef01.crt`,
    'rm -f /mnt/c/Users/Public/Documents/wx-dev-abcdef01.crt',
  ]);
});

test('adds to Java on request only', () => {
  const facts = {
    platform: 'linux',
    home: '/home/u',
    certPath: '/ca.pem',
    fingerprint256: 'AB:CD:EF:01',
    release: 'ID=debian',
    exists: () => true,
  };
  const stores = (names?: readonly ('java' | 'system')[]): string[] =>
    planTrust(facts, names).targets.map((target) => target.store);
  expect(stores()).not.toContain('java');
  expect(stores(['java'])).toEqual(['java']);
  expect(stores(['system', 'java'])).toEqual(['system', 'java']);
});
