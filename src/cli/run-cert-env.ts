import { ensureBundle } from '../certs/export/bundle.ts';
import { openAuthority } from '../certs/store.ts';
import { withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderVariable, type Shell } from './render/cert-env.ts';

/** `wx-dev cert env`: what makes the programs of one shell trust the authority, without any trust store. */
export async function runCertEnv(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const authority = await withAuthority(invocation, openAuthority);
  const bundle = await ensureBundle(authority);
  const variables = {
    // Added to Node's own roots, so the authority alone.
    NODE_EXTRA_CA_CERTS: authority.certPath,
    // These replace a program's roots: Python, Go, Ruby and OpenSSL; Python's requests; curl; git.
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    GIT_SSL_CAINFO: bundle,
    DENO_CERT: authority.certPath,
  };
  if (context.json) context.out.line(JSON.stringify(variables));
  else {
    const shell = shells.find((name) => name === textOption(options, 'shell')) ?? 'bash';
    for (const [name, value] of Object.entries(variables)) {
      context.out.line(renderVariable(shell, name, value));
    }
  }
  return exitCodes.ok;
}

const shells: readonly Shell[] = ['bash', 'fish', 'pwsh', 'dotenv'];
