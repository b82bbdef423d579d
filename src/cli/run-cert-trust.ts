import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { openAuthority } from '../certs/store.ts';
import { applyTrust, listRemovals, removeTrust, type StoreOutcome } from '../certs/trust/apply.ts';
import { findFirefoxProfiles } from '../certs/trust/firefox.ts';
import { planTrust, type StoreName, type TrustPlan } from '../certs/trust/plan.ts';
import { proveTrust, type TrustProof } from '../certs/trust/prove.ts';
import { WxDevError } from '../core/errors.ts';
import { authorityFolder } from '../dev/local-tls.ts';
import { withAuthority } from './cert-authority.ts';
import { listOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderTrustPlan } from './render/cert.ts';
import { renderCommand, renderOutcomes, renderProofs } from './render/cert-trust.ts';
import { dataFolderOf } from './data-folder.ts';

const storeNames: readonly StoreName[] = ['system', 'chromium', 'firefox', 'windows', 'java'];

/** `wx-dev cert trust`: shows the commands, asks, runs them, and proves the result by connecting. */
export async function runCertTrust(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const { out, err, json, quiet } = context;
  const authority = await withAuthority(invocation, openAuthority);
  const plan = await planFor(authority, storesOf(options), context);
  if (options['print'] === true) {
    if (json) out.line(JSON.stringify({ ca: authority.certPath, ...plan }));
    else for (const line of renderTrustPlan(plan, context)) out.line(line);
    return exitCodes.ok;
  }
  const { certUse } = context.messages;
  if (!quiet) for (const line of renderTrustPlan(plan, context, certUse.trustWill)) err.line(line);
  if (!(await consent(certUse.trustAsk, 'wx-dev cert trust --yes', invocation))) {
    return exitCodes.interrupted;
  }
  const recordPath = recordPathOf(context);
  const { certPem } = authority;
  const recorded = { recordPath, certPem, now: Date.now };
  const outcomes = await applyTrust(plan.targets, recorded, runOptions(context));
  const proofs = await prove(authority, context);
  reportTrust({ outcomes, proofs }, context);
  return isWhole(outcomes, proofs) ? exitCodes.ok : exitCodes.settings;
}

/** `wx-dev cert untrust`: takes out exactly what trust.json says was put in. */
export async function runCertUntrust(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const stores = storesOf(options);
  const where = { ...factsOf(context), recordPath: recordPathOf(context), stores };
  const { messages, json, out, err, quiet } = context;
  const steps = await listRemovals(where);
  if (options['print'] === true) {
    if (json) out.line(JSON.stringify({ steps }));
    else
      for (const { command, needsRoot } of steps)
        out.line(renderCommand(needsRoot ? ['sudo', ...command] : command));
    return exitCodes.ok;
  }
  if (!quiet) {
    for (const { command } of steps) err.line(`  ${renderCommand(command)}`);
  }
  const isEmpty = steps.length === 0;
  if (
    !isEmpty &&
    !(await consent(messages.certUse.untrustAsk, 'wx-dev cert untrust --yes', invocation))
  ) {
    return exitCodes.interrupted;
  }
  const outcomes = await removeTrust({ ...where, ...runOptions(context) });
  reportRemoval(outcomes, context);
  return outcomes.every((outcome) => outcome.done) ? exitCodes.ok : exitCodes.settings;
}

/** `wx-dev cert uninstall`: untrust everywhere, then delete the authority; two questions, because its key exists once. */
export async function runCertUninstall(invocation: Invocation): Promise<ExitCode> {
  const { context } = invocation;
  const { messages, json, out } = context;
  const dir = authorityFolder(dataFolderOf(context));
  const run = 'wx-dev cert uninstall --yes';
  if (!(await consent(messages.certUse.uninstallAsk(dir), run, invocation))) {
    return exitCodes.interrupted;
  }
  if (!(await consent(messages.certUse.uninstallAskAgain, run, invocation))) {
    return exitCodes.interrupted;
  }
  const where = { ...factsOf(context), recordPath: recordPathOf(context) };
  const outcomes = await removeTrust({ ...where, ...runOptions(context) });
  const clean = outcomes.every((outcome) => outcome.done);
  // While a store still trusts it, its files are what finds it there.
  if (clean) await rm(dir, { recursive: true, force: true });
  if (json) out.line(JSON.stringify({ stores: outcomes, deleted: clean ? dir : null }));
  else {
    for (const line of renderOutcomes(outcomes, messages.certUse.removed, context)) out.line(line);
    out.line(`  ${clean ? messages.certUse.deleted(dir) : messages.certUse.kept(dir)}`);
  }
  return clean ? exitCodes.ok : exitCodes.settings;
}

async function planFor(
  authority: { readonly certPath: string; readonly fingerprint256: string },
  stores: readonly StoreName[] | undefined,
  context: Context,
): Promise<TrustPlan> {
  const { home } = context;
  const { certPath, fingerprint256 } = authority;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => undefined); // Absent on macOS and Windows.
  const firefoxProfiles = await findFirefoxProfiles(home);
  const facts = { ...factsOf(context), release, home, certPath, fingerprint256, firefoxProfiles };
  return planTrust(facts, stores);
}

function factsOf({ platform, env }: Context): {
  platform: string;
  exists: (path: string) => boolean;
  systemRoot: string | undefined;
} {
  return { platform, exists: existsSync, systemRoot: env['SystemRoot'] };
}

/** Beside the authority's folder, not in it: it has to outlive that. */
function recordPathOf(context: Context): string {
  return join(dataFolderOf(context), 'trust.json');
}

function runOptions({ err, quiet, signal }: Context): {
  sudo: boolean;
  onCommand: (command: readonly string[]) => void;
  signal: AbortSignal;
} {
  const show = (command: readonly string[]): void => err.line(`  $ ${renderCommand(command)}`);
  const onCommand = quiet ? (): void => undefined : show;
  return { sudo: userInfo().uid > 0, onCommand, signal };
}

function prove(
  authority: Parameters<typeof proveTrust>[0]['authority'],
  { env, home, signal }: Context,
): Promise<readonly TrustProof[]> {
  const readsSystemStore = process.allowedNodeEnvironmentFlags.has('--use-system-ca');
  const node = { path: process.execPath, readsSystemStore };
  return proveTrust({ authority, env, home, node, signal });
}

/** A store counts when its commands went well and no program that reads it refuses. */
function isWhole(outcomes: readonly StoreOutcome[], proofs: readonly TrustProof[]): boolean {
  const added = outcomes.filter((outcome) => outcome.done).map((outcome) => outcome.store);
  const refused = proofs.filter(({ store, result }) => {
    return result === 'refused' && store !== undefined && added.includes(store);
  });
  return added.length === outcomes.length && refused.length === 0;
}

function reportTrust(
  found: { outcomes: readonly StoreOutcome[]; proofs: readonly TrustProof[] },
  context: Context,
): void {
  const { out, json, messages } = context;
  const { outcomes, proofs } = found;
  if (json) {
    out.line(JSON.stringify({ stores: outcomes, proofs }));
    return;
  }
  for (const line of renderOutcomes(outcomes, messages.certUse.added, context)) out.line(line);
  for (const line of renderProofs(proofs, context)) out.line(line);
}

function reportRemoval(outcomes: readonly StoreOutcome[], context: Context): void {
  const { out, json, messages } = context;
  if (json) out.line(JSON.stringify({ stores: outcomes }));
  else if (outcomes.length === 0) out.line(`  ${messages.certUse.nothingTrusted}`);
  else
    for (const line of renderOutcomes(outcomes, messages.certUse.removed, context)) out.line(line);
}

function storesOf(options: Invocation['options']): readonly StoreName[] | undefined {
  const given = listOption(options, 'store');
  if (given.length === 0) return undefined;
  return given.map((text) => {
    const name = storeNames.find((each) => each === text);
    if (name) return name;
    const expected = storeNames.join(', ');
    throw new WxDevError('WXD6001', { source: { name: '--store' }, received: text, expected });
  });
}

/** Nothing is changed on a machine without a yes: typed, or given as `--yes`. */
async function consent(
  question: string,
  run: string,
  { options, context }: Invocation,
): Promise<boolean> {
  if (options['yes'] === true) return true;
  if (!context.interactive) {
    throw new WxDevError('WXD6002', {
      name: '--yes',
      need: context.messages.certUse.needsYes,
      run,
    });
  }
  const { confirm } = await import('@clack/prompts');
  // A cancelled question gives a symbol, which is no yes.
  return (
    (await confirm({ message: question, initialValue: false, signal: context.signal })) === true
  );
}
