import { join } from 'node:path';
import { loadCertificate } from '../certs/inventory.ts';
import { parseSubjectAltName } from '../certs/names.ts';
import { ensureLeaf, openAuthority, type Authority } from '../certs/store.ts';
import type { Settings } from '../config/resolve.ts';
import type { ProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import type { CallbackTls } from '../dev/callback-tls.ts';
import { withAuthority } from './cert-authority.ts';
import type { Invocation } from './command.ts';

/** What a local server is usually called. */
const USUAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/**
 * TLS of `serve --https`: the user's files, else the project's certificate of the local authority, which is made when absent and
 * renewed when due. Undefined without `--https`.
 */
export async function serveTls(
  invocation: Invocation,
  settings: Settings,
  state: ProjectState,
): Promise<CallbackTls | undefined> {
  const [clientCa, crl] = [settings.get('clientCa'), settings.get('crl')];
  if (settings.get('https') !== true) {
    if (clientCa !== undefined) throw needs('--https', '--client-ca');
    if (crl !== undefined) throw needs('--https', '--crl');
    return undefined;
  }
  if (crl !== undefined && clientCa === undefined) throw needs('--client-ca', '--crl');
  // What the tunnel dials has no certificate of its own to show.
  if (clientCa !== undefined && settings.get('tunnel') === true) {
    const [first, second] = [{ name: '--client-ca' }, { name: '--tunnel' }];
    throw new WxDevError('WXD6007', { first, second });
  }
  const [cert, key] = [settings.get('tlsCert'), settings.get('tlsKey')];
  if (cert !== undefined && key === undefined) throw needs('--tls-key', '--tls-cert');
  if (key !== undefined && cert === undefined) throw needs('--tls-cert', '--tls-key');
  if (cert !== undefined && key !== undefined) {
    return { paths: { cert, key, clientCa, crl }, ca: [] };
  }
  const authority = await withAuthority(invocation, (place) => openAuthority(place));
  const dir = join(state.dir, 'certs');
  const leaf = await ensureLeaf({ authority, dir, names: await projectNames(authority, dir) });
  return {
    paths: { cert: leaf.cert, key: leaf.key, clientCa, crl },
    ca: [authority.certPem],
  };
}

/** The certificate to show to a relay that asks for one. @throws WXD6002 one of the two files without the other */
export function clientFiles(settings: Settings): { cert: string; key: string } | undefined {
  const [cert, key] = [settings.get('clientCert'), settings.get('clientKey')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw needs('--client-cert', '--client-key');
  if (key === undefined) throw needs('--client-key', '--client-cert');
  return { cert, key };
}

/** The names that `wx-dev cert` was last asked for in this project. */
async function projectNames(authority: Authority, dir: string): Promise<readonly string[]> {
  const certificate = await loadCertificate(join(dir, 'cert.pem'));
  if (!certificate || !authority.hasIssued(certificate)) return USUAL_NAMES;
  const names = parseSubjectAltName(certificate.subjectAltName).map((name) => name.value);
  return names.length > 0 ? names : USUAL_NAMES;
}

function needs(name: string, need: string): WxDevError {
  return new WxDevError('WXD6002', { name, need, run: 'wx-dev serve --help' });
}
