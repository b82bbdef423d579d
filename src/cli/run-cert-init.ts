import { formatSubtree } from '../certs/constraints.ts';
import { initAuthority, type InitOutcome } from '../certs/init-authority.ts';
import { withAuthority } from './cert-authority.ts';
import { listOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderInit } from './render/cert-issue.ts';

/** `wx-dev cert init`: the authority as asked for, made or changed. */
export async function runCertInit(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const request = {
    allow: listOption(options, 'allow'),
    rsa: options['rsa'] === true,
    unconstrained: options['unconstrained'] === true,
  };
  const outcome = await withAuthority(invocation, (place) => initAuthority(place, request));
  const { out, json } = context;
  if (json) out.line(JSON.stringify(describe(outcome)));
  else for (const line of renderInit(outcome, context)) out.line(line);
  return exitCodes.ok;
}

function describe({ authority, change, constraints, sealed }: InitOutcome): object {
  const { certPath, fingerprint256, notAfter } = authority;
  const permitted = constraints?.permitted.map(formatSubtree) ?? null;
  return { ca: certPath, change, fingerprint256, notAfter, permitted, sealed };
}
