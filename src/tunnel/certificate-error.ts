// OpenSSL's verification results (openssl-verify(1)), and what Node adds for names.
const CERTIFICATE_ERROR =
  /^(?:CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_CERT|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** Whether a connection failed because the certificate of the other end was not found good. */
export function isCertificateError(error: Error | undefined): boolean {
  return CERTIFICATE_ERROR.test(codeOf(error));
}

/** The code of a system, TLS or WebSocket error; empty where it has none. */
export function codeOf(error: Error | undefined): string {
  return error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
