import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeCertificate } from '../../src/certs/show.ts';
import { openAuthority, type Authority } from '../../src/certs/store.ts';
import { formatError, isWxDevError, type WxDevError } from '../../src/core/errors.ts';
import { alterLastByte, makeAuthority, makeTemporaryFolder, withoutUmask } from './workshop.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
const owner = { user: 'tester', host: 'host' };

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function refusalOf(work: Promise<unknown>): Promise<WxDevError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw new Error('expected a WxDevError', { cause: error });
  return error;
}

function reopen(authority: Authority, now?: () => number): Promise<Authority> {
  return openAuthority({ dir: authority.dir, ...owner, now });
}

test('makes the authority once and loads it ever after', async () => {
  const first = await makeAuthority();
  const second = await reopen(first);
  expect(first.created).toBe(true);
  expect(second.created).toBe(false);
  expect(second.certPem).toBe(first.certPem);
  expect(second.fingerprint256).toBe(new X509Certificate(first.certPem).fingerprint256);
  const { certPem } = await second.issue({ names: ['a.test'] });
  expect(new X509Certificate(certPem).checkIssued(new X509Certificate(first.certPem))).toBe(true);
});

test('keeps the key private even where the umask would not', async () => {
  const dir = join(await makeTemporaryFolder(), 'deep', 'ca');
  await withoutUmask(async () => {
    const authority = await openAuthority({ dir, ...owner });
    expect(await modeOf(dir)).toBe('700');
    expect(await modeOf(authority.keyPath)).toBe('600');
    expect(await modeOf(authority.certPath)).toBe('644');
  });
});

test('leaves nothing but its two files behind', async () => {
  const { dir } = await makeAuthority();
  expect((await readdir(dir)).toSorted()).toEqual(['ca-key.pem', 'ca.pem']);
});

test('limits what it may certify, and says so', async () => {
  const { certPem, certPath } = await makeAuthority();
  const { constraints } = await describeCertificate(certPem, { path: certPath });
  expect(constraints?.dns).toContain('localhost');
  expect(constraints?.ip).toContain('127.0.0.0/8');
  expect(constraints?.ip).toContain('::1/128');
});

test.each([['example.com'], ['8.8.8.8'], ['2001:db8::1'], ['*.example.com']])(
  'refuses to certify %s before it signs, by the rule',
  async (name) => {
    const authority = await makeAuthority();
    const error = await refusalOf(authority.issue({ names: ['a.test', name] }));
    expect(error.code).toBe('WXD5003');
    const report = formatError(error, 'en');
    expect(report.title).toContain(name);
    expect(report.body.join('\n')).toContain('permittedSubtrees');
    expect(report.run).toMatch(/^wx-dev cert init --allow [^*]/);
  },
);

test.each([[0], [-1], [826], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
  'refuses a lifetime of %d days',
  async (days) => {
    const authority = await makeAuthority();
    const error = await refusalOf(authority.issue({ names: ['a.test'], days }));
    expect(error.code).toBe('WXD5008');
  },
);

test('certifies a wildcard that most clients refuse, with a warning', async () => {
  const authority = await makeAuthority();
  const { warnings, names } = await authority.issue({ names: ['*.localhost', '*.dev.localhost'] });
  expect(names).toEqual(['*.localhost', '*.dev.localhost']);
  expect(warnings.map((warning) => warning.details)).toEqual([{ name: '*.localhost' }]);
});

test.each([
  ['张三', '开发机'],
  ['o\u2019neill', 'host with spaces'],
  ['a'.repeat(300), 'b'.repeat(300)],
  ['👩‍💻'.repeat(30), '机'.repeat(300)],
  ['', ''],
  ['x\u001b[31m\n', '\ud800'],
])('can belong to %j at %j', async (user, host) => {
  const dir = join(await makeTemporaryFolder(), 'ca');
  const authority = await openAuthority({ dir, user, host });
  const again = await openAuthority({ dir, user, host });
  expect(again.fingerprint256).toBe(authority.fingerprint256);
  const { subject } = await describeCertificate(authority.certPem, { path: authority.certPath });
  expect(subject).toMatch(/^CN=wx-dev CA .*\d{4}-\d\d-\d\d$/u);
  expect(Array.from(subject.slice('CN='.length)).length).toBeLessThanOrEqual(64);
  expect(subject).not.toMatch(/\p{Cc}/u);
  if (user === '张三') expect(subject).toContain('张三@开发机');
  const { certPem } = await again.issue({ names: ['a.test'] });
  expect(new X509Certificate(certPem).checkIssued(new X509Certificate(again.certPem))).toBe(true);
});

test.each(['640', '604', '644', '660'])('refuses a key with mode %s', async (mode) => {
  const authority = await makeAuthority();
  await chmod(authority.keyPath, Number.parseInt(mode, 8));
  const error = await refusalOf(reopen(authority));
  expect(error.code).toBe('WXD5001');
  expect(formatError(error, 'zh').run).toBe(`chmod 600 ${authority.keyPath}`);
  await run('sh', ['-c', formatError(error, 'en').run]);
  expect((await reopen(authority)).fingerprint256).toBe(authority.fingerprint256);
});

test('refuses an open key behind a symbolic link', async () => {
  const authority = await makeAuthority();
  const elsewhere = join(await makeTemporaryFolder(), 'key.pem');
  await copyFile(authority.keyPath, elsewhere);
  await rm(authority.keyPath);
  await symlink(elsewhere, authority.keyPath);
  expect((await reopen(authority)).fingerprint256).toBe(authority.fingerprint256);
  await chmod(elsewhere, 0o644);
  expect((await refusalOf(reopen(authority))).code).toBe('WXD5001');
});

test('refuses a folder that others may write to, by a command that mends it', async () => {
  const dir = join(await makeTemporaryFolder(), "it's here");
  await mkdir(dir);
  await chmod(dir, 0o777);
  const error = await refusalOf(openAuthority({ dir, ...owner }));
  expect(error.code).toBe('WXD5001');
  expect(await readdir(dir)).toEqual([]);
  await run('sh', ['-c', formatError(error, 'en').run]);
  expect((await openAuthority({ dir, ...owner })).created).toBe(true);
});

test('does not look at modes on windows, which has none', async () => {
  const authority = await makeAuthority();
  await chmod(authority.keyPath, 0o666);
  await chmod(authority.dir, 0o777);
  const again = await openAuthority({ dir: authority.dir, ...owner, platform: 'win32' });
  expect(again.fingerprint256).toBe(authority.fingerprint256);
});

async function putKey(authority: Authority, text: string): Promise<void> {
  await writeFile(authority.keyPath, text);
}

async function putCert(authority: Authority, text: string): Promise<void> {
  await writeFile(authority.certPath, text);
}

const damages: readonly [damage: string, spoil: (authority: Authority) => Promise<void>][] = [
  ['cert-unreadable', (authority) => putCert(authority, '')],
  ['cert-unreadable', (authority) => putCert(authority, 'no certificate')],
  ['cert-unreadable', (authority) => putCert(authority, authority.certPem.slice(0, 300))],
  ['cert-unreadable', (authority) => putCert(authority, 'x'.repeat(1_000_000))],
  ['key-missing', (authority) => rm(authority.keyPath)],
  ['key-unreadable', (authority) => putKey(authority, '')],
  ['key-unreadable', (authority) => putKey(authority, '-----BEGIN PRIVATE KEY-----\n')],
  ['altered', (authority) => putCert(authority, alterLastByte(authority.certPem))],
  ['mismatch', async (authority) => copyFile((await makeAuthority()).keyPath, authority.keyPath)],
  [
    'not-an-authority',
    async (authority) => {
      const leaf = await authority.issue({ names: ['a.test'] });
      await putCert(authority, leaf.certPem);
      await putKey(authority, leaf.keyPem);
    },
  ],
];

test.each(damages)('says what is damaged: %s', async (damage, spoil) => {
  const authority = await makeAuthority();
  await spoil(authority);
  const before = await readdir(authority.dir);
  const error = await refusalOf(reopen(authority));
  expect(error.code).toBe('WXD5002');
  expect(error.details).toMatchObject({ damage });
  expect(await readdir(authority.dir)).toEqual(before);
  // What it says to run makes way for a new authority.
  await run('sh', ['-c', formatError(error, 'en').run]);
  expect((await reopen(authority)).created).toBe(true);
});

test('never puts the key into an error', async () => {
  const authority = await makeAuthority();
  const key = await readFile(authority.keyPath, 'utf8');
  await putKey(authority, key.replace('PRIVATE', 'PRIVTE'));
  const error = await refusalOf(reopen(authority));
  const secret = key.split('\n')[1] ?? '';
  expect(secret).toHaveLength(64);
  expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(secret);
});

test('refuses an authority outside its lifetime, with both dates', async () => {
  const authority = await makeAuthority();
  const late = await refusalOf(reopen(authority, () => Date.now() + 3651 * dayMs));
  const early = await refusalOf(reopen(authority, () => Date.now() - dayMs));
  expect([late.code, early.code]).toEqual(['WXD5004', 'WXD5004']);
  expect(formatError(late, 'en').title).toContain('expired');
  expect(formatError(late, 'en').body.join()).toContain(
    authority.notAfter.toISOString().slice(0, 19),
  );
  expect(formatError(early, 'en').title).toContain('not valid yet');
});

test('completes what a killed process left half done', async () => {
  const authority = await makeAuthority();
  await rm(authority.certPath);
  const again = await reopen(authority);
  expect(again.created).toBe(true);
  expect(
    new X509Certificate(again.certPem).publicKey.equals(
      new X509Certificate(authority.certPem).publicKey,
    ),
  ).toBe(true);
});

test('says what the system said where the folder cannot be made', async () => {
  const file = join(await makeTemporaryFolder(), 'file');
  await writeFile(file, '');
  const error = await refusalOf(openAuthority({ dir: join(file, 'ca'), ...owner }));
  expect(error.code).toBe('WXD5009');
  expect(formatError(error, 'en').body.join()).toContain('not a folder');
});

test('a folder in the place of a file is a plain error', async () => {
  const authority = await makeAuthority();
  await rm(authority.keyPath);
  await mkdir(authority.keyPath);
  expect((await refusalOf(reopen(authority))).code).toBe('WXD5009');
});

test('of many at once in one process, one makes it and all get the same', async () => {
  const dir = join(await makeTemporaryFolder(), 'ca');
  const all = await Promise.all(Array.from({ length: 20 }, () => openAuthority({ dir, ...owner })));
  expect(new Set(all.map((authority) => authority.fingerprint256)).size).toBe(1);
  expect(all.filter((authority) => authority.created)).toHaveLength(1);
  expect((await readdir(dir)).toSorted()).toEqual(['ca-key.pem', 'ca.pem']);
});

test('of several processes at once, one makes it and all get the same', async () => {
  const dir = join(await makeTemporaryFolder(), 'ca');
  const store = join(import.meta.dirname, '../../src/certs/store.ts');
  // jiti runs TypeScript without a build.
  const program = `
    import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
    const jiti = createJiti(${JSON.stringify(pathToFileURL(store).href)});
    const { openAuthority } = await jiti.import(${JSON.stringify(store)});
    const { fingerprint256, created } = await openAuthority(
      { dir: ${JSON.stringify(dir)}, user: 'tester', host: String(process.pid) });
    console.log(JSON.stringify({ fingerprint256, created }));
  `;
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () =>
      run(process.execPath, ['--input-type=module', '--eval', program]),
    ),
  );
  const results = outputs.map(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);
  expect(new Set(results.map((result) => result['fingerprint256'])).size).toBe(1);
  expect(results.filter((result) => result['created'] === true)).toHaveLength(1);
});

test('reads a certificate that an editor saved with other line ends', async () => {
  const authority = await makeAuthority();
  await putCert(authority, `\uFEFF# mine\r\n${authority.certPem.replaceAll('\n', '\r\n')}`);
  expect((await reopen(authority)).certPem).toBe(authority.certPem);
});
