import { openClientAuthority } from '../certs/client-authority.ts';
import { ensureClient, parseIdentity } from '../certs/client-store.ts';
import { refreshRevocations, revokeCertificate } from '../certs/revocations.ts';
import { certificateFolder, withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderClient, renderRevoked } from './render/cert-issue.ts';
import { daysOf } from './run-cert-issue.ts';

/** `wx-dev cert client <name>`: a certificate by which a server knows its client. */
export async function runCertClient(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const { out, json } = context;
  const identity = parseIdentity(args[0] ?? '', textOption(options, 'email'));
  const days = daysOf(options);
  const authority = await withAuthority(invocation, openClientAuthority);
  const files = await ensureClient({
    authority,
    dir: await certificateFolder(invocation, 'clients', identity.name),
    identity,
    days,
    keyKind: options['rsa'] === true ? 'rsa' : undefined,
    renew: options['rekey'] === true ? 'key' : 'needed',
  });
  await refreshRevocations(authority);
  const { crlPath: crl } = authority;
  if (json) {
    const { cert, key, ca, fullchain, notAfter, reused, pin, oldPin } = files;
    const names = { name: identity.name, email: identity.email };
    out.line(
      JSON.stringify({ cert, key, ca, fullchain, ...names, notAfter, reused, pin, oldPin, crl }),
    );
  } else for (const line of renderClient({ files, identity, crl }, context)) out.line(line);
  return exitCodes.ok;
}

/** `wx-dev cert revoke <serial>`. */
export async function runCertRevoke(invocation: Invocation): Promise<ExitCode> {
  const { args, context } = invocation;
  const authority = await withAuthority(invocation, openClientAuthority);
  const record = await revokeCertificate(authority, args[0] ?? '');
  const { crlPath: crl } = authority;
  const { serial, kind, names, revokedAt } = record;
  if (context.json) context.out.line(JSON.stringify({ serial, kind, names, revokedAt, crl }));
  else for (const line of renderRevoked({ record, crl }, context)) context.out.line(line);
  return exitCodes.ok;
}
