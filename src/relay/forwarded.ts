import { formatHead, headerField, type HeaderField, type RequestHead } from '../wire/head.ts';

/** What the relay knows about where a request came from. */
export interface Origin {
  /** Address of the public client. */
  readonly remote: string;
  /** How the public client reached us, or what is in front of us. */
  readonly scheme: 'http' | 'https';
  readonly port: number;
  readonly requestId: string;
}

/**
 * The head to send through the tunnel: what the client claims about its address or about us is taken away and replaced by what
 * is known; everything else stays in its order and case.
 */
export function forwardedHead(request: RequestHead, origin: Origin): Buffer {
  const fields = withoutClaims(request.fields);
  fields.push(
    headerField('X-Forwarded-For', origin.remote),
    headerField('X-Forwarded-Proto', origin.scheme),
    headerField('X-Forwarded-Host', request.host),
    headerField('X-Forwarded-Port', String(origin.port)),
    headerField('X-Request-Id', origin.requestId),
  );
  return formatHead(`${request.method} ${request.target} HTTP/1.1`, fields);
}

/** The fields without those by which a client would speak for a proxy or for us. */
export function withoutClaims(fields: readonly HeaderField[]): HeaderField[] {
  return fields.filter(([, , key]) => !isClaim(key));
}

const CLAIMS: ReadonlySet<string> = new Set(['forwarded', 'x-real-ip', 'x-request-id']);

function isClaim(key: string): boolean {
  if (!key.startsWith('x') && !key.startsWith('f')) return false;
  // CGI and WSGI apps read `X_Forwarded_For` as if it were `X-Forwarded-For`.
  const name = key.replaceAll('_', '-');
  return CLAIMS.has(name) || name.startsWith('x-forwarded-') || name.startsWith('x-wx-dev-');
}
