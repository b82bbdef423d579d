import { join, resolve } from 'node:path';
import { openClientAuthority } from '../certs/client-authority.ts';
import { listCertificates } from '../certs/inventory.ts';
import type { Renewal } from '../certs/leaf-files.ts';
import { renewCertificate, type Issuers, type Renewed } from '../certs/renew.ts';
import { refreshRevocations } from '../certs/revocations.ts';
import { openAuthority } from '../certs/store.ts';
import { formatError, isWxDevError, type WxDevError } from '../core/errors.ts';
import { withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { renderRenewed } from './render/cert-issue.ts';
import { renderError } from './render/error.ts';

/** `wx-dev cert renew`: the project's certificate, or with `--all` every one that was issued and still lies where it was put. */
export async function runCertRenew(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const { cwd, out, err, json, language } = context;
  const issuers = openOnce(invocation);
  const renew = renewalOf(options);
  const dir = resolve(cwd, textOption(options, 'out') ?? join('.wx-dev', 'certs'));
  const all = options['all'] === true;
  const paths = all ? await allPaths(issuers) : [join(dir, 'cert.pem')];
  const renewed: Renewed[] = [];
  const failures: { path: string; error: WxDevError }[] = [];
  for (const path of paths) {
    try {
      renewed.push(await renewCertificate(path, issuers, renew));
    } catch (error) {
      if (!all || !isWxDevError(error)) throw error;
      failures.push({ path, error }); // The others are renewed all the same.
    }
  }
  if (renewed.some(({ kind }) => kind === 'client')) {
    await refreshRevocations(await issuers.client());
  }
  for (const { error } of failures) {
    for (const line of renderError(formatError(error, language), err)) err.line(line);
  }
  if (json) {
    const failed = failures.map(({ path, error }) => ({ cert: path, code: error.code }));
    out.line(JSON.stringify({ renewed: renewed.map(describe), failed }));
  } else for (const line of renderRenewed(renewed, context)) out.line(line);
  const [first] = failures;
  return first ? exitCodeOf(first.error) : exitCodes.ok;
}

function renewalOf(options: Invocation['options']): Renewal {
  if (options['ifNeeded'] === true) return 'needed';
  return options['rekey'] === true ? 'key' : 'leaf';
}

function openOnce(invocation: Invocation): Issuers {
  let server: ReturnType<Issuers['server']> | undefined;
  let client: ReturnType<Issuers['client']> | undefined;
  return {
    server: () => (server ??= withAuthority(invocation, (place) => openAuthority(place))),
    client: () => (client ??= withAuthority(invocation, openClientAuthority)),
  };
}

async function allPaths({ server }: Issuers): Promise<readonly string[]> {
  const { dir, now } = await server();
  const listed = await listCertificates(dir, now());
  // A file that holds another certificate by now is in the list under that one.
  const here = listed.filter(({ state }) => state !== 'revoked' && state !== 'missing');
  return [...new Set(here.map(({ path }) => path))];
}

function describe({ cert, kind, names, notAfter, reused, pin, oldPin }: Renewed): object {
  return { cert, kind, names, notAfter, reused, pin, oldPin };
}
