import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeCertificate } from '../certs/show.ts';
import { ensureLeaf, openAuthority } from '../certs/store.ts';
import { planTrust } from '../certs/trust/plan.ts';
import { formatError, WxDevError } from '../core/errors.ts';
import { authorityFolder } from '../dev/local-tls.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderDescription, renderLeaf, renderTrustPlan } from './render/cert.ts';
import { renderError } from './render/error.ts';
import { dataFolderOf } from './settings.ts';

/** What a local server is usually called. */
const USUAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** `wx-dev cert [names…]`: a certificate of the local authority, made or still good. */
export async function runCert({ args, options, context }: Invocation): Promise<ExitCode> {
  const { cwd, user, hostname, out, err, json, language } = context;
  const days = daysOf(options);
  const dir = resolve(cwd, textOption(options, 'out') ?? join('.wx-dev', 'certs'));
  const authority = await openAuthority({
    dir: authorityFolder(dataFolderOf(context)),
    user,
    host: hostname,
  });
  const names = args.length > 0 ? args : USUAL_NAMES;
  const leaf = await ensureLeaf({ authority, dir, names, days });
  for (const warning of leaf.warnings) {
    for (const line of renderError(formatError(warning, language), err)) err.line(line);
  }
  if (json) {
    const { cert, key, ca, fullchain, notAfter } = leaf;
    out.line(JSON.stringify({ cert, key, ca, fullchain, names: leaf.names, notAfter }));
  } else for (const line of renderLeaf(leaf, authority, context)) out.line(line);
  return exitCodes.ok;
}

/** `wx-dev cert show <file>`. */
export async function runCertShow({ args, context }: Invocation): Promise<ExitCode> {
  const { cwd, out, json } = context;
  const path = resolve(cwd, args[0] ?? '');
  const description = await describeCertificate(await read(path), { path });
  if (json) out.line(JSON.stringify(description));
  else for (const line of renderDescription(description, context)) out.line(line);
  return exitCodes.ok;
}

/** `wx-dev cert trust --print`: the commands, none of them run. */
export async function runCertTrust({ options, context }: Invocation): Promise<ExitCode> {
  const { home, platform, user, hostname, out, json, messages } = context;
  if (options['print'] !== true) {
    throw new WxDevError('WXD6002', {
      name: '--print',
      need: messages.cert.trustNeedsPrint,
      run: 'wx-dev cert trust --print',
    });
  }
  const dir = authorityFolder(dataFolderOf(context));
  const authority = await openAuthority({ dir, user, host: hostname });
  const release = await readFile('/etc/os-release', 'utf8').catch(() => undefined); // Absent on macOS and Windows.
  const { certPath, fingerprint256 } = authority;
  const plan = planTrust({ platform, release, home, certPath, fingerprint256, exists: existsSync });
  if (json) out.line(JSON.stringify({ ca: certPath, ...plan }));
  else for (const line of renderTrustPlan(plan, context)) out.line(line);
  return exitCodes.ok;
}

function daysOf(options: Invocation['options']): number | undefined {
  const days = textOption(options, 'days');
  if (days === undefined) return undefined;
  // 825 days is the most that Apple's systems take, also from an authority that the user trusts.
  if (/^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 825) return Number(days);
  throw new WxDevError('WXD6001', {
    source: { name: '--days' },
    received: days,
    expected: { en: 'a whole number from 1 to 825', zh: '1 到 825 的整数' },
  });
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WxDevError('WXD6006', { path, reason }, { cause: error });
  }
}
