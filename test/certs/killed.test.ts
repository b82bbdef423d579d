import { spawn, execFileSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openClientAuthority } from '../../src/certs/client-authority.ts';
import { listCertificates } from '../../src/certs/inventory.ts';
import { refreshRevocations } from '../../src/certs/revocations.ts';
import { readRevoked } from '../../src/certs/revoked.ts';
import { ensureLeaf, openAuthority } from '../../src/certs/store.ts';
import { removeTrust } from '../../src/certs/trust/apply.ts';
import { readTrustRecord } from '../../src/certs/trust/record.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeTemporaryFolder } from './workshop.ts';

const source = join(import.meta.dirname, '../../src/certs');
const who = { user: 'tester', host: 'host' };

/** How often each writer is killed: every time somewhere else. */
const KILLS = 5;

/** Milliseconds in which each writer gets through its work at least once, so that a kill may hit any part of it. */
const SPAN_MS = 60;

/**
 * Starts a process that does `body` over and over and says so each time, and kills it, with everything it has started, at some time
 * after the first. Gives what it said.
 */
async function runAndKill(
  dir: string,
  modules: Record<string, string>,
  body: string,
): Promise<string[]> {
  const imports = Object.entries(modules).map(
    ([names, file]) =>
      `const { ${names} } = await jiti.import(${JSON.stringify(join(source, file))});`,
  );
  const program = `
    import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
    const jiti = createJiti(${JSON.stringify(pathToFileURL(`${source}/store.ts`).href)});
    ${imports.join('\n')}
    const dir = ${JSON.stringify(dir)};
    const who = ${JSON.stringify(who)};
    const say = (...words) => require('node:fs').writeSync(1, words.join(' ') + '\\n');
    const require = (await import('node:module')).createRequire(import.meta.url);
    for (let round = 0; ; round++) { ${body} }
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: certutil must not outlive the one that has started it.
    detached: true,
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const ended = once(child, 'close');
  // Also the first: a busy machine may get no further until the kill.
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), Math.random() * SPAN_MS);
  await ended;
  return lines;
}

/** The four seconds after which a lock that nobody touches is taken for dead have gone by. */
async function letLockAge(dir: string): Promise<void> {
  const path = join(dir, '.lock');
  const past = new Date(Date.now() - 60_000);
  if (existsSync(path)) await utimes(path, past, past);
}

/** No file of a name that is read is empty or cut, and no key is open to others. */
async function expectWholeFiles(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    // What was being written has a name of its own, which nobody reads.
    if (!entry.isFile() || /\.tmp$|^\.lock$/.test(entry.name)) continue;
    const text = await readFile(path, 'utf8');
    if (entry.name.endsWith('key.pem')) expect(() => createPrivateKey(text), path).not.toThrow();
    else if (entry.name.endsWith('.json'))
      expect(() => JSON.parse(text) as unknown, path).not.toThrow();
    else if (entry.name.endsWith('crl.pem')) expect(text, path).toMatch(/END X509 CRL-----\n$/);
    else if (entry.name.endsWith('.pem'))
      expect(() => new X509Certificate(text), path).not.toThrow();
  }
}

test('an authority that is killed while it is made or changed is whole, and the next one goes on', async () => {
  const dir = join(await makeTemporaryFolder(), 'ca');
  for (let kill = 0; kill < KILLS; kill++) {
    await runAndKill(
      dir,
      { initAuthority: 'init-authority.ts', openClientAuthority: 'client-authority.ts' },
      `const place = { dir: dir + '-' + ${kill} + '-' + round, ...who };
       for (const allow of [[], ['a' + round + '.example']]) {
         await initAuthority(place, { allow, unconstrained: false, rsa: false });
       }
       await openClientAuthority(place);
       say(round);`,
    );
  }
  const parent = join(dir, '..');
  const made = await readdir(parent);
  expect(made.length).toBeGreaterThanOrEqual(KILLS);
  for (const name of made) {
    const place = { dir: join(parent, name), ...who };
    await letLockAge(place.dir);
    await expectWholeFiles(place.dir);
    const authority = await openAuthority(place);
    const leaf = await authority.issue({ names: ['a.test'] });
    expect(authority.hasIssued(new X509Certificate(leaf.certPem))).toBe(true);
    await ensureLeaf({ authority, dir: join(place.dir, 'leaf'), names: ['a.test'] });
  }
});

test('a kill while certificates are issued, renewed and revoked loses none that was finished', async () => {
  const dir = await makeTemporaryFolder();
  const place = { dir: join(dir, 'ca'), ...who };
  const issued = new Map<string, string>();
  const revoked = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const said = await runAndKill(
      dir,
      {
        'openAuthority, ensureLeaf': 'store.ts',
        openClientAuthority: 'client-authority.ts',
        'ensureClient, parseIdentity': 'client-store.ts',
        revokeCertificate: 'revocations.ts',
      },
      `const place = { dir: dir + '/ca', ...who };
       const authority = await openAuthority(place);
       const clients = await openClientAuthority(place);
       const name = 'n' + ${kill} + 'r' + round;
       await ensureLeaf({ authority, dir: dir + '/leaf', names: [name + '.test'], renew: round % 2 ? 'key' : 'leaf' });
       const client = await ensureClient({ authority: clients, dir: dir + '/' + name, identity: parseIdentity(name),
         days: undefined, keyKind: undefined, renew: 'needed' });
       say('issued', name, client.cert);
       const { X509Certificate } = require('node:crypto');
       const { serialNumber } = new X509Certificate(client.certPem);
       if (round % 2) { await revokeCertificate(clients, serialNumber); say('revoked', name); }`,
    );
    for (const line of said) {
      const [what, name = '', path = ''] = line.split(' ');
      if (what === 'issued') issued.set(name, path);
      else revoked.add(name);
    }
    await letLockAge(place.dir);
    await expectWholeFiles(dir);
    const authority = await openAuthority(place);
    await ensureLeaf({ authority, dir: join(dir, 'leaf'), names: [`after${kill}.test`] });
  }
  const clients = await openClientAuthority(place);
  await refreshRevocations(clients);
  const isRevoked = readRevoked(await readFile(clients.crlPath, 'utf8'));
  const listed = await listCertificates(place.dir, Date.now());
  expect(issued.size).toBeGreaterThan(0);
  for (const [name, path] of issued) {
    const record = listed.find((entry) => entry.path === path);
    expect(record?.names, name).toEqual([name]);
    const certificate = new X509Certificate(await readFile(path, 'utf8'));
    expect(certificate.serialNumber).toBe(record?.serial);
    if (revoked.has(name)) expect(isRevoked(certificate), name).toBe(true);
  }
});

const certutil = '/usr/bin/certutil';

/** Undefined where certutil was killed while it wrote: only the next one that writes takes that back. */
function listNames(path: string): string | undefined {
  try {
    const command = ['-d', `sql:${path}`, '-L'];
    return execFileSync(certutil, command, { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

needProgram(certutil, ['-H'])(
  'a kill while stores are changed leaves nothing that untrust does not find',
  async () => {
    const dir = await makeTemporaryFolder();
    const { fingerprint256 } = await openAuthority({ dir: join(dir, 'ca'), ...who });
    const databases = ['a', 'b'].map((name) => join(dir, name));
    for (const path of databases) {
      await mkdir(path);
      execFileSync(certutil, ['-d', `sql:${path}`, '-N', '--empty-password']);
    }
    const facts = { platform: 'linux', exists: existsSync, systemRoot: undefined };
    const recordPath = join(dir, 'state', 'trust.json');
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(
        dir,
        {
          openAuthority: 'store.ts',
          'applyTrust, removeTrust': 'trust/apply.ts',
          planTrust: 'trust/plan.ts',
        },
        `const { existsSync } = require('node:fs');
       const facts = { platform: 'linux', exists: existsSync, systemRoot: undefined, release: 'ID=debian', home: dir,
         firefoxProfiles: [dir + '/a', dir + '/b'] };
       const { certPath, certPem, fingerprint256 } = await openAuthority({ dir: dir + '/ca', ...who });
       const { targets } = planTrust({ ...facts, certPath, fingerprint256 }, ['firefox']);
       const run = { sudo: false, onCommand: () => undefined };
       if (round === 0) say('ready');
       const recordPath = dir + '/state/trust.json';
       await applyTrust(targets, { recordPath, certPem, now: Date.now }, run);
       await removeTrust({ ...facts, ...run, recordPath });`,
      );
      await letLockAge(join(dir, 'state'));
      const listed = await readTrustRecord(recordPath);
      for (const entry of listed) expect(entry.fingerprint256).toBe(fingerprint256);
      for (const path of databases) {
        const there = listNames(path);
        if (there?.includes('wx-dev ') !== false) {
          expect(listed.map((entry) => entry.path)).toContain(path);
        }
      }
      const quiet = { sudo: false, onCommand: () => undefined };
      const removed = await removeTrust({ ...facts, ...quiet, recordPath });
      expect(removed.filter(({ done }) => !done)).toEqual([]);
      expect(existsSync(recordPath)).toBe(false);
      for (const path of databases) {
        expect(listNames(path) ?? 'wx-dev ').not.toContain('wx-dev ');
      }
    }
  },
);
