import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { applyTrust, listRemovals, removeTrust } from '../../../src/certs/trust/apply.ts';
import { planTrust, type StoreName, type TrustPlan } from '../../../src/certs/trust/plan.ts';
import { proveTrust } from '../../../src/certs/trust/prove.ts';
import type { Authority } from '../../../src/certs/store.ts';
import { needProgram } from '../../helpers/programs.ts';
import { makeAuthority, makeTemporaryFolder } from '../workshop.ts';

const run = promisify(execFile);
const certutil = '/usr/bin/certutil';
const testNss = needProgram(certutil, ['-H']);
const testChromium = needProgram('chromium');
const isRoot = userInfo().uid === 0;
if (!isRoot) console.info('skipped: the system store is changed by root only');
const testSystem = isRoot ? needProgram('update-ca-certificates', ['--help']) : test.skip;
const testGo = isRoot ? needProgram('go', ['version']) : test.skip;
const testJava = isRoot ? needProgram('keytool', ['-help']) : test.skip;

const quiet = { sudo: false, onCommand: () => undefined };
const facts = { platform: 'linux', exists: existsSync, systemRoot: undefined };
const readsSystemStore = process.allowedNodeEnvironmentFlags.has('--use-system-ca');
const node = { path: process.execPath, readsSystemStore };

function plan(
  authority: Authority,
  home: string,
  stores: readonly StoreName[],
  profiles: readonly string[] = [],
): TrustPlan {
  const { certPath, fingerprint256 } = authority;
  const release = 'ID=debian';
  const known = { ...facts, release, home, certPath, fingerprint256, firefoxProfiles: profiles };
  return planTrust(known, stores);
}

async function makeDatabase(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await run(certutil, ['-d', `sql:${path}`, '-N', '--empty-password']);
  return path;
}

async function nicknames(path: string): Promise<string> {
  return (await run(certutil, ['-d', `sql:${path}`, '-L'])).stdout;
}

/** Every file below `folder`, with what is in it or where it leads. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true });
  const found = await Promise.all(
    entries.toSorted().map(async (name): Promise<[string, string]> => {
      const path = join(folder, name);
      const stats = await lstat(path);
      if (stats.isSymbolicLink()) return [path, await readlink(path)];
      return [path, stats.isFile() ? await readFile(path, 'latin1') : 'folder'];
    }),
  );
  // The keystore of Debian's Java has the time of its making in it.
  return Object.fromEntries(found.filter(([path]) => !path.includes('/java')));
}

testNss('adds to the databases of Chromium and Firefox and takes out exactly that', async () => {
  const authority = await makeAuthority();
  const other = await makeAuthority();
  const home = await makeTemporaryFolder();
  const chromium = await makeDatabase(join(home, '.pki/nssdb'));
  const firefox = await makeDatabase(join(home, '.mozilla/firefox/张 三.default'));
  await run(certutil, [
    '-d',
    `sql:${chromium}`,
    '-A',
    '-t',
    'C,,',
    '-n',
    'mine',
    '-i',
    other.certPath,
  ]);
  const recordPath = join(home, 'trust.json');
  const { targets } = plan(authority, home, ['chromium', 'firefox'], [firefox]);
  const recorded = { recordPath, certPem: authority.certPem, now: Date.now };
  const added = await applyTrust(targets, recorded, quiet);
  expect(added.map(({ store, done }) => [store, done])).toEqual([
    ['chromium', true],
    ['firefox', true],
  ]);
  for (const path of [chromium, firefox]) expect(await nicknames(path)).toContain('wx-dev ');
  expect((await lstat(recordPath)).mode & 0o777).toBe(0o600);

  await applyTrust(targets, recorded, quiet); // A second time changes nothing.
  expect((await listRemovals({ ...facts, recordPath })).length).toBe(2);

  await rm(authority.dir, { recursive: true });
  const removed = await removeTrust({ ...facts, ...quiet, recordPath });
  expect(removed.every((outcome) => outcome.done)).toBe(true);
  expect(await nicknames(chromium)).toMatch(/^mine /m);
  for (const path of [chromium, firefox]) expect(await nicknames(path)).not.toContain('wx-dev ');
  expect(existsSync(recordPath)).toBe(false);
  expect(await removeTrust({ ...facts, ...quiet, recordPath })).toEqual([]);
});

testNss.each([-1, 1])(
  'an authority of the same day and subject, %i hours older, hides nothing and stays',
  async (hours) => {
    const authority = await makeAuthority();
    const other = await makeAuthority(() => Date.now() - hours * 3_600_000);
    const home = await makeTemporaryFolder();
    const path = await makeDatabase(join(home, '.pki/nssdb'));
    await run(certutil, [
      '-d',
      `sql:${path}`,
      '-A',
      '-t',
      'C,,',
      '-n',
      'mine',
      '-i',
      other.certPath,
    ]);
    const recordPath = join(home, 'trust.json');
    const { targets } = plan(authority, home, ['chromium']);
    await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
    expect((await removeTrust({ ...facts, ...quiet, recordPath }))[0]?.done).toBe(true);
    const left = await nicknames(path);
    expect(left).toMatch(/^mine /m);
    expect(left).not.toContain('wx-dev ');
  },
);

testNss('a certificate of another kind under our name stays', async () => {
  const [authority, other] = [await makeAuthority(), await makeAuthority()];
  const home = await makeTemporaryFolder();
  const path = await makeDatabase(join(home, '.pki/nssdb'));
  const recordPath = join(home, 'trust.json');
  const { targets } = plan(authority, home, ['chromium']);
  await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
  const name = targets[0]!.steps[0]!.command[7]!;
  await run(certutil, ['-d', `sql:${path}`, '-D', '-n', name]);
  await run(certutil, ['-d', `sql:${path}`, '-A', '-t', 'C,,', '-n', name, '-i', other.certPath]);
  const removed = await removeTrust({ ...facts, ...quiet, recordPath });
  expect(removed[0]?.done).toBe(true);
  expect(await nicknames(path)).toContain(name);
});

test('a store that fails is named with what its program said, and stays on the list', async () => {
  const authority = await makeAuthority();
  const home = await makeTemporaryFolder();
  const recordPath = join(home, 'trust.json');
  const title = { en: 'x', zh: 'x' };
  const step = (command: string[]) => [{ title, command, needsRoot: false }];
  const target = { store: 'system', kind: 'keychain', path: 'a', title } as const;
  const targets = [
    {
      ...target,
      steps: step([process.execPath, '-e', 'console.error("locked"); process.exit(3)']),
    },
    { ...target, path: 'b', steps: step(['no-such-program-here']) },
  ];
  const outcomes = await applyTrust(
    targets,
    { recordPath, certPem: authority.certPem, now: Date.now },
    quiet,
  );
  expect(outcomes).toMatchObject([
    { done: false, problem: 'locked' },
    { done: false, problem: 'no-such-program-here: not found' },
  ]);
  const entries = JSON.parse(await readFile(recordPath, 'utf8')) as { installed: object[] };
  expect(entries.installed).toMatchObject([
    { path: 'a', fingerprint256: new X509Certificate(authority.certPem).fingerprint256 },
    { path: 'b' },
  ]);
});

test.each(['', '{', '[]', '{"installed":[{}]}', '{"installed":[{"certPem":"x"}]}'])(
  'a damaged list %j is named, and nothing is run',
  async (text) => {
    const recordPath = join(await makeTemporaryFolder(), 'trust.json');
    await writeFile(recordPath, text);
    await expect(removeTrust({ ...facts, ...quiet, recordPath })).rejects.toMatchObject({
      code: 'WXD5032',
    });
  },
);

/** What each program that reads the system's store says; Python where its OpenSSL does. */
async function askSystem(authority: Authority, home: string): Promise<readonly string[]> {
  const proofs = await proveTrust({ authority, env: process.env, home, node });
  return proofs
    .filter(
      ({ store, client }) => store === 'system' || (client === 'python3' && pythonReadsSystem),
    )
    .map(({ result }) => result);
}

/** A Python that somebody has built for himself may look elsewhere. */
const pythonReadsSystem = ((): boolean => {
  const script = 'import ssl; print(ssl.get_default_verify_paths().openssl_capath)';
  const { stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
  return ['/usr/lib/ssl/certs', '/etc/ssl/certs'].includes((stdout ?? '').trim());
})();

testSystem(
  'really changes the store of this Debian, for curl and Node; no trace is left',
  async () => {
    const authority = await makeAuthority();
    const home = await makeTemporaryFolder();
    const recordPath = join(home, 'trust.json');
    const folders = ['/etc/ssl', '/usr/local/share/ca-certificates'];
    const before = await Promise.all(folders.map(snapshot));
    const { targets } = plan(authority, home, ['system']);
    const readers = 1 + Number(readsSystemStore) + Number(pythonReadsSystem);
    expect(await askSystem(authority, home)).toEqual(Array<string>(readers).fill('refused'));
    const commands: string[] = [];
    const onCommand = (command: readonly string[]): number => commands.push(command[0] ?? '');
    try {
      const recorded = { recordPath, certPem: authority.certPem, now: Date.now };
      await applyTrust(targets, recorded, { sudo: false, onCommand });
      expect(await askSystem(authority, home)).toEqual(Array<string>(readers).fill('trusted'));
    } finally {
      await removeTrust({ ...facts, sudo: false, onCommand, recordPath });
    }
    expect(commands).toEqual(['install', 'update-ca-certificates', 'rm', 'update-ca-certificates']);
    expect(await askSystem(authority, home)).toEqual(Array<string>(readers).fill('refused'));
    expect(await Promise.all(folders.map(snapshot))).toEqual(before);
  },
);

const goProgram = `package main

import ("fmt"; "net/http"; "os")

func main() {
	if _, err := http.Get(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("trusted")
}
`;

testGo('a program in Go trusts the store of this Debian as it was changed', async () => {
  const authority = await makeAuthority();
  const home = await makeTemporaryFolder();
  const recordPath = join(home, 'trust.json');
  await writeFile(join(home, 'main.go'), goProgram);
  const program = join(home, 'get');
  await run('go', ['build', '-o', program, 'main.go'], { cwd: home });
  const { certPem, keyPem } = await authority.issue({ names: ['localhost'] });
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) =>
    response.end(),
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const get = async (): Promise<string> => {
    const ended = await run(program, [`https://localhost:${address.port}/`]).catch(
      (error: { stdout?: string }) => error,
    );
    return ended.stdout ?? '';
  };
  expect(await get()).toContain('unknown authority');
  const { targets } = plan(authority, home, ['system']);
  try {
    await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
    expect(await get()).toBe('trusted\n');
  } finally {
    await removeTrust({ ...facts, ...quiet, recordPath });
  }
  expect(await get()).toContain('unknown authority');
});

testJava('adds to the cacerts of Java and takes out exactly that', async () => {
  const authority = await makeAuthority();
  const home = await makeTemporaryFolder();
  const recordPath = join(home, 'trust.json');
  const list = async (): Promise<readonly string[]> => {
    const args = ['-list', '-cacerts', '-storepass', 'changeit'];
    const { stdout } = await run('keytool', args, { maxBuffer: 16_777_216 });
    return stdout.split('\n').filter((line) => line.includes('trustedCertEntry'));
  };
  const before = await list();
  const { targets } = plan(authority, home, ['java']);
  try {
    await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
    const added = (await list()).filter((line) => !before.includes(line));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/^wx-dev-[\da-f]{8}, /);
  } finally {
    await removeTrust({ ...facts, ...quiet, recordPath });
  }
  expect((await list()).toSorted()).toEqual(before.toSorted());
  expect(existsSync(recordPath)).toBe(false);
});

testChromium(
  'really changes the database of a Chromium that has not run: nothing is left',
  async () => {
    const authority = await makeAuthority();
    const home = await makeTemporaryFolder();
    const recordPath = join(home, 'trust.json');
    const chromium = async (): Promise<string | undefined> => {
      const proofs = await proveTrust({ authority, env: process.env, home, node });
      return proofs.find((proof) => proof.client === 'chromium')?.result;
    };
    expect(await chromium()).toBe('refused');
    const { targets } = plan(authority, home, ['chromium']);
    await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
    expect(await chromium()).toBe('trusted');
    await removeTrust({ ...facts, ...quiet, recordPath });
    expect(await readdir(home)).toEqual([]);
  },
);

testNss('several at once put every store on the list, and take each off again', async () => {
  const authorities = await Promise.all([makeAuthority(), makeAuthority(), makeAuthority()]);
  const home = await makeTemporaryFolder();
  const databases = await Promise.all(
    authorities.map((_, index) => makeDatabase(join(home, `${index}.default`))),
  );
  const recordPath = join(home, 'state', 'trust.json');
  const trust = authorities.map(async (authority) => {
    const { targets } = plan(authority, home, ['firefox'], databases);
    return applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
  });
  const added = (await Promise.all(trust)).flat();
  expect(added.filter(({ done }) => done)).toHaveLength(9);
  const { installed } = JSON.parse(await readFile(recordPath, 'utf8')) as { installed: unknown[] };
  expect(installed).toHaveLength(9);
  const untrust = [1, 2].map(() => removeTrust({ ...facts, ...quiet, recordPath }));
  await Promise.all(untrust);
  for (const path of databases) expect(await nicknames(path)).not.toContain('wx-dev ');
  expect(await readdir(join(home, 'state'))).toEqual([]);
});

testSystem('what a removal has left is seen, whatever its commands said', async () => {
  const authority = await makeAuthority();
  const home = await makeTemporaryFolder();
  const recordPath = join(home, 'trust.json');
  // A sudo that does nothing, and is content.
  const bin = join(home, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'sudo'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { targets } = plan(authority, home, ['system']);
  const [target] = targets;
  const path = process.env['PATH'];
  try {
    await applyTrust(targets, { recordPath, certPem: authority.certPem, now: Date.now }, quiet);
    process.env['PATH'] = `${bin}:${path}`;
    const [left] = await removeTrust({ ...facts, ...quiet, sudo: true, recordPath });
    expect(left).toMatchObject({ done: false, problem: expect.stringContaining('still in') });
    expect(await listRemovals({ ...facts, recordPath })).not.toEqual([]);
  } finally {
    process.env['PATH'] = path;
    await removeTrust({ ...facts, ...quiet, recordPath });
    // Also where this test fails, and the list no longer names what is there: the machine is not the test's.
    if (target && existsSync(target.path)) {
      await rm(target.path);
      await run('update-ca-certificates', ['--fresh']);
    }
  }
});

needProgram('curl')('variables that name the authority prove nothing about a store', async () => {
  const authority = await makeAuthority();
  const home = await makeTemporaryFolder();
  const { certPath } = authority;
  const set = { SSL_CERT_FILE: certPath, CURL_CA_BUNDLE: certPath, NODE_EXTRA_CA_CERTS: certPath };
  const env = { ...process.env, ...set };
  const proofs = await proveTrust({ authority, env, home, node });
  const stores = proofs.filter(({ client, result }) => {
    return result !== 'absent' && client !== 'node (NODE_EXTRA_CA_CERTS)';
  });
  expect(stores.length).toBeGreaterThan(0);
  expect(new Set(stores.map(({ result }) => result))).toEqual(new Set(['refused']));
});
