import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { certifyRequest } from '../certs/request-store.ts';
import { openAuthority } from '../certs/store.ts';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import { withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderRequest } from './render/cert-issue.ts';
import { daysOf } from './run-cert-issue.ts';

/** No request comes near; a log file given by mistake does. */
const MAX_BYTES = 65_536;

/** `wx-dev cert csr <file>`: a server certificate for a key that stays where it is. */
export async function runCertCsr(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const { cwd, out, json } = context;
  const path = resolve(cwd, args[0] ?? '');
  const days = daysOf(options);
  const { readSigningRequest } = await import('../certs/csr.ts');
  const request = readSigningRequest((await read(path)).subarray(0, MAX_BYTES), path);
  const folder = resolve(cwd, textOption(options, 'out') ?? dirname(path));
  const base = join(folder, basename(path).replace(/\.(csr|req|pem|der)$/i, ''));
  const authority = await withAuthority(invocation, (place) => openAuthority(place));
  const made = await certifyRequest({ authority, ...request, days, base });
  if (json) {
    const { cert, fullchain, names, notAfter, serial } = made;
    out.line(JSON.stringify({ cert, ca: authority.certPath, fullchain, names, notAfter, serial }));
  } else for (const line of renderRequest(made, authority, context)) out.line(line);
  return exitCodes.ok;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new WxDevError('WXD6006', { path, reason: fileProblem(error) }, { cause: error });
  }
}
