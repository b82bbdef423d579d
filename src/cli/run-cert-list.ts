import { listCertificates } from '../certs/inventory.ts';
import { authorityFolder } from '../dev/local-tls.ts';
import type { Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderList } from './render/cert-issue.ts';
import { dataFolderOf } from './data-folder.ts';

/** `wx-dev cert list`: what was issued, and how each certificate stands. Reads only. */
export async function runCertList({ context }: Invocation): Promise<ExitCode> {
  const { out, json } = context;
  const certificates = await listCertificates(authorityFolder(dataFolderOf(context)), Date.now());
  if (json) out.line(JSON.stringify({ certificates }));
  else for (const line of renderList(certificates, context)) out.line(line);
  return exitCodes.ok;
}
