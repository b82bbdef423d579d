/** `wx-dev-<first 8 digits>`: what names the authority where names are shared. */
export function storeLabel(fingerprint256: string): string {
  return `wx-dev-${shortFingerprint(fingerprint256)}`;
}

/** The name of the authority inside an NSS database. */
export function nssNickname(fingerprint256: string): string {
  return `wx-dev ${shortFingerprint(fingerprint256)}`;
}

function shortFingerprint(fingerprint256: string): string {
  return fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase();
}
