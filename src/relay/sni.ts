import { createSecureContext, type SecureContext } from 'node:tls';
import { secureContextOf, type ServerTls } from '../core/server-tls.ts';
import { nameUnder } from './hosts.ts';
import { MAX_SNI_CONTEXTS } from './limits.ts';

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What Node's TLS server calls with the name that a client asks for. */
export type SniCallback = (
  host: string,
  done: (error: Error | null, context?: SecureContext) => void,
) => void;

/** What certificates are chosen by. */
export interface CertificateChoice {
  readonly domain: string;
  /** Whether somebody has this name under `domain`, here or away. */
  readonly isKnown: (name: string) => boolean;
  readonly certificateFor: (host: string) => Promise<Certificate>;
  /** The server's own TLS as it is now. */
  readonly current: () => ServerTls;
}

/**
 * Chooses a certificate by the name that a client asks for (RFC 6066 §3): one made for exactly that name where it is under `domain` and
 * somebody has it, else the server's own. Needed where no wildcard helps: `*.localhost` is refused by most verifiers. For a name that
 * nobody has none is made: a key and a signature cost more than all else here, and anybody may ask for ever new names.
 */
export function chooseCertificate(choice: CertificateChoice): SniCallback {
  const { domain, isKnown, certificateFor, current } = choice;
  const contexts = new Map<string, Promise<SecureContext>>();
  let known = current();
  return (host, done) => {
    const name = nameUnder(domain, host);
    if (name === undefined || !isKnown(name)) return done(null);
    // Each context checks clients by itself: what was made with the old revocation list would let the revoked in.
    if (known !== current()) contexts.clear();
    known = current();
    const { clientCa, crl } = known;
    const context =
      contexts.get(name) ??
      certificateFor(`${name}.${domain}`).then((made) =>
        createSecureContext(secureContextOf({ ...made, clientCa, crl })),
      );
    // Taken out and put back, so that the first one in the map is the one not asked for longest.
    contexts.delete(name);
    contexts.set(name, context);
    const [oldest] = contexts.keys();
    if (contexts.size > MAX_SNI_CONTEXTS && oldest !== undefined) contexts.delete(oldest);
    void answer(context, done).then((made) => {
      // Another one may have been begun meanwhile.
      if (!made && contexts.get(name) === context) contexts.delete(name);
    });
  };
}

/** Tells the TLS server; false when there is no certificate, which is then made again the next time. */
async function answer(
  context: Promise<SecureContext>,
  done: (error: Error | null, context?: SecureContext) => void,
): Promise<boolean> {
  try {
    done(null, await context);
    return true;
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}
