import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { execa } from 'execa';
import { errorCode } from '../../core/system-error.ts';
import { makeFolder, readText } from '../files.ts';
import { withLock } from '../lock.ts';
import { nssNickname } from './label.ts';
import { findCertutil } from './nss.ts';
import type { StoreName, TrustStep, TrustTarget } from './plan.ts';
import { readTrustRecord, writeTrustRecord, type TrustEntry } from './record.ts';
import { planUntrust, type UntrustFacts } from './unplan.ts';

/** How the commands of a plan are run. */
export interface RunStepsOptions {
  /** Whether `sudo` has to go before a step that needs root. */
  readonly sudo: boolean;
  /** Called with each command, as it will be run, before it is. */
  readonly onCommand: (command: readonly string[]) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How one store ended. */
export interface StoreOutcome {
  readonly store: StoreName;
  readonly path: string;
  readonly done: boolean;
  /** What the command that failed wrote, in its own words; empty where all went well. */
  readonly problem: string;
}

/** Where what was installed is kept, and which certificate it is. */
interface RecordedAuthority {
  readonly recordPath: string;
  readonly certPem: string;
  readonly now: () => number;
}

/**
 * Adds the authority to each target. An entry is written before its commands run, so that what a killed process left half done
 * can still be removed. One process at a time changes a store and the list of them: an entry that is lost is a root that stays.
 * @throws WXD5009, WXD5020 locked, WXD5032
 */
export async function applyTrust(
  targets: readonly TrustTarget[],
  authority: RecordedAuthority,
  options: RunStepsOptions,
): Promise<readonly StoreOutcome[]> {
  const { signal } = options;
  const folder = dirname(authority.recordPath);
  await makeFolder(folder);
  const outcomes: StoreOutcome[] = [];
  for (const target of targets) {
    const add = (): Promise<StoreOutcome> => addTo(target, authority, options);
    outcomes.push(await withLock(folder, add, { signal }));
  }
  return outcomes;
}

/** Which entries to remove, and with what. */
export interface RemoveTrustOptions extends RunStepsOptions, UntrustFacts {
  readonly recordPath: string;
  /** @default all */
  readonly stores?: readonly StoreName[] | undefined;
}

/**
 * Takes the authority out of every store that trust.json names, and looks whether it is gone. An entry that could not be removed
 * stays in the list.
 * @throws WXD5009, WXD5020 locked, WXD5032
 */
export async function removeTrust(options: RemoveTrustOptions): Promise<readonly StoreOutcome[]> {
  const { recordPath, stores, signal } = options;
  const entries = await readTrustRecord(recordPath);
  const outcomes: StoreOutcome[] = [];
  for (const entry of entries) {
    if (stores && !stores.includes(entry.store)) continue;
    const remove = (): Promise<StoreOutcome> => removeFrom(entry, options);
    outcomes.push(await withLock(dirname(recordPath), remove, { signal }));
  }
  return outcomes;
}

/** What was listed before a removal, as the commands that would run. */
export async function listRemovals(
  options: Omit<RemoveTrustOptions, keyof RunStepsOptions>,
): Promise<readonly TrustStep[]> {
  const { recordPath, stores } = options;
  const entries = await readTrustRecord(recordPath);
  return entries
    .filter((entry) => !stores || stores.includes(entry.store))
    .flatMap((entry) => planUntrust(entry, 'ca.pem', options) ?? []);
}

async function addTo(
  { store, kind, path, steps, makesDatabase = false }: TrustTarget,
  { recordPath, certPem, now }: RecordedAuthority,
  options: RunStepsOptions,
): Promise<StoreOutcome> {
  const certificate = new X509Certificate(certPem);
  const before = await readTrustRecord(recordPath);
  const key = { kind, path, fingerprint256: certificate.fingerprint256 };
  const known = before.find((old) => isSame(old, key));
  const entry: TrustEntry = {
    ...key,
    store,
    fingerprint1: certificate.fingerprint,
    certPem: certificate.toString(),
    time: new Date(now()).toISOString(),
    madeDatabase: makesDatabase || (known?.madeDatabase ?? false),
  };
  await writeTrustRecord(recordPath, [...before.filter((old) => !isSame(old, entry)), entry]);
  const problem = await runSteps(steps, options);
  return { store, path, done: problem === undefined, problem: problem ?? '' };
}

async function removeFrom(entry: TrustEntry, options: RemoveTrustOptions): Promise<StoreOutcome> {
  const { store, path } = entry;
  const { recordPath } = options;
  const problem = await removeEntry(entry, options);
  if (problem !== undefined) return { store, path, done: false, problem };
  const rest = await readTrustRecord(recordPath);
  await writeTrustRecord(
    recordPath,
    rest.filter((other) => !isSame(other, entry)),
  );
  return { store, path, done: true, problem: '' };
}

type EntryKey = Pick<TrustEntry, 'kind' | 'path' | 'fingerprint256'>;

function isSame(one: EntryKey, other: EntryKey): boolean {
  return (
    one.kind === other.kind &&
    one.path === other.path &&
    one.fingerprint256 === other.fingerprint256
  );
}

/** @returns what went wrong, undefined where the store is clean */
async function removeEntry(
  entry: TrustEntry,
  options: RemoveTrustOptions,
): Promise<string | undefined> {
  if ((await isPresent(entry, options)) === false) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'wx-dev-untrust-'));
  try {
    const certPath = join(folder, 'ca.pem');
    await writeFile(certPath, entry.certPem);
    const steps = planUntrust(entry, certPath, options);
    if (!steps) return `wx-dev does not know how to clean ${entry.path}`;
    const problem = await runSteps(steps, options);
    const left = await isPresent(entry, options);
    if (left === undefined) return problem;
    if (left) return problem ?? `it is still in ${entry.path}`;
    if (entry.madeDatabase) await removeEmptyDatabase(entry.path, options);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether exactly this certificate is there; undefined where only the commands can tell. */
async function isPresent(
  { kind, path, fingerprint256 }: TrustEntry,
  { exists }: UntrustFacts,
): Promise<boolean | undefined> {
  if (kind === 'file') {
    const file = await readText(path);
    return file !== undefined && fingerprintOf(file.text) === fingerprint256;
  }
  if (kind !== 'nss') return undefined;
  if (!exists(join(path, 'cert9.db'))) return false;
  const certutil = findCertutil(exists);
  if (certutil === undefined) return undefined;
  const name = nssNickname(fingerprint256);
  const list = ['-d', `sql:${path}`, '-L'];
  const options = { reject: false, stdin: 'ignore' } as const;
  const found = await execa(certutil, [...list, '-n', name, '-a'], options);
  // Not found, or a database that only a writer can mend, such as one whose last writer was killed?
  if (found.exitCode !== 0 && (await execa(certutil, list, options)).exitCode !== 0)
    return undefined;
  // NSS prints every certificate that has the same subject, the newest first: two authorities of one day share theirs.
  const printed = found.stdout.match(pemBlock) ?? [];
  return found.exitCode === 0 && printed.some((pem) => fingerprintOf(pem) === fingerprint256);
}

const pemBlock = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return undefined; // Something else has that name.
  }
}

/** A database that was made for the authority goes with it, unless a browser has put something of its own in it since. */
async function removeEmptyDatabase(path: string, { exists }: UntrustFacts): Promise<void> {
  const certutil = findCertutil(exists);
  if (certutil === undefined) return;
  const listed = await execa(certutil, ['-d', `sql:${path}`, '-L'], { reject: false });
  const keys = await execa(certutil, ['-d', `sql:${path}`, '-K'], { reject: false });
  const isEmpty = !/^\S.*\s[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*\s*$/m.test(listed.stdout);
  if (listed.exitCode !== 0 || !isEmpty || /^<\s*\d+>/m.test(keys.stdout)) return;
  for (const name of ['cert9.db', 'key4.db', 'pkcs11.txt'])
    await rm(join(path, name), { force: true });
  // `.pki` as well, which `mkdir -p` made; one that is not empty stays.
  for (const folder of [path, join(path, '..')]) await rmdir(folder).catch(() => undefined);
}

/** Runs commands until one fails. @returns what that one wrote */
async function runSteps(
  steps: readonly TrustStep[],
  { sudo, onCommand, signal }: RunStepsOptions,
): Promise<string | undefined> {
  for (const step of steps) {
    const command = sudo && step.needsRoot ? ['sudo', ...step.command] : step.command;
    onCommand(command);
    const [file = '', ...args] = command;
    const ended = await execa(file, args, {
      reject: false,
      // For the password that sudo asks for.
      stdin: 'inherit',
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (ended.exitCode === 0) continue;
    if (errorCode(ended) === 'ENOENT' || ended.exitCode === undefined) return `${file}: not found`;
    return ended.stderr.trim() || ended.stdout.trim() || `${file}: exit code ${ended.exitCode}`;
  }
  return undefined;
}
