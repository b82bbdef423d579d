import { describeCertificate } from '../certs/show.ts';
import { loadCertTarget } from './cert-target.ts';
import type { Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderDescription } from './render/cert.ts';

/** `wx-dev cert show [file|host:port]`. */
export async function runCertShow({ args, context }: Invocation): Promise<ExitCode> {
  const { out, json } = context;
  const { label, certificates } = await loadCertTarget(args[0], context);
  const pem = certificates.map((certificate) => certificate.toString()).join('');
  const description = await describeCertificate(pem, { path: label });
  if (json) out.line(JSON.stringify(description));
  else for (const line of renderDescription(description, context)) out.line(line);
  return exitCodes.ok;
}
