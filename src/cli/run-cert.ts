import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describeCertificate } from '../certs/show.ts';
import { openAuthority } from '../certs/store.ts';
import { planTrust } from '../certs/trust/plan.ts';
import { WxDevError } from '../core/errors.ts';
import { authorityFolder } from '../dev/local-tls.ts';
import type { Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderDescription, renderTrustPlan } from './render/cert.ts';
import { dataFolderOf } from './settings.ts';

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

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WxDevError('WXD6006', { path, reason }, { cause: error });
  }
}
