import { WxDevError } from './errors.ts';

/** What was known when a connection to an HTTP server failed. */
export interface ConnectionState {
  /** The server as errors name it: origin and path, without query. */
  readonly target: string;
  /** Whether TCP, and TLS where used, had been established. */
  readonly connected: boolean;
}

/**
 * What the `cause` of a failed request means to the user: WXD3001 no connection, WXD3004 no trusted TLS, WXD3002 closed before the
 * answer was complete, or an answer that is not HTTP.
 */
export function connectionError(
  cause: unknown,
  { target, connected }: ConnectionState,
): WxDevError<'WXD3001' | 'WXD3002' | 'WXD3004'> {
  const reason = reasonOf(cause);
  const code = connected ? 'WXD3002' : isTlsReason(reason) ? 'WXD3004' : 'WXD3001';
  return new WxDevError(code, { target, reason }, { cause });
}

/** The code of a system error, else its message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code: unknown = 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : cause.message;
}

/** OpenSSL's verification results have no common prefix (openssl-verify(1), X509_V_ERR_*); Node names them without it. */
function isTlsReason(reason: string): boolean {
  return (
    /^ERR_(TLS|SSL)_/.test(reason) ||
    /^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_CERT_|INVALID_(CA|PURPOSE)$)/.test(
      reason,
    ) ||
    ['HOSTNAME_MISMATCH', 'PATH_LENGTH_EXCEEDED', 'EPROTO'].includes(reason)
  );
}
