import type { X509Certificate } from 'node:crypto';
import type { Validity } from './certificate.ts';

/** What public CAs gave until 2026, and well below the 825 days that Apple enforces (support.apple.com/103769). */
export const defaultLeafDays = 397;

/** Apple's limit, which holds for roots added by the user too (support.apple.com/103769). */
export const maxLeafDays = 825;

const dayMs = 86_400_000;

/** Clocks of virtual machines and phones run behind. */
const clockSkewMs = 5 * 60_000;

const authorityDays = 3650;

/** After that servers refuse every client until they are given a new list. */
const revocationDays = 30;

/** Time enough to notice, and what certbot has used for ten years. */
const renewBeforeMs = 30 * dayMs;

export function authorityLifetime(now: number): Validity {
  return lifetime(now, authorityDays, Number.POSITIVE_INFINITY);
}

/** From a little before `now`, for `days`, and no longer than the issuer. */
export function leafLifetime(now: number, days: number, issuer: X509Certificate): Validity {
  return lifetime(now, days, Date.parse(issuer.validTo));
}

/** Times of a revocation list. */
export function revocationLifetime(now: number): {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
} {
  const { notBefore, notAfter } = lifetime(now, revocationDays, Number.POSITIVE_INFINITY);
  return { thisUpdate: notBefore, nextUpdate: notAfter };
}

/** Whether a certificate should be made anew: 30 days before its end, in the last third of a shorter life, or from a clock that was ahead. */
export function isDue(certificate: X509Certificate, now: number): boolean {
  const notBefore = Date.parse(certificate.validFrom);
  const notAfter = Date.parse(certificate.validTo);
  const renewAt = notAfter - Math.min(renewBeforeMs, (notAfter - notBefore) / 3);
  return now < notBefore || now >= renewAt;
}

/** For how many days a certificate was made, as far as it could be asked for today. */
export function lifetimeDays(certificate: X509Certificate): number {
  const ms = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  return Math.min(maxLeafDays, Math.max(1, Math.round(ms / dayMs)));
}

/** Counted inclusively, as CA/Browser Forum and Apple do: hence one second less. */
function lifetime(now: number, days: number, limit: number): Validity {
  const notBefore = Math.floor((now - clockSkewMs) / 1000) * 1000;
  const notAfter = notBefore + days * dayMs - 1000;
  return { notBefore: new Date(notBefore), notAfter: new Date(Math.min(notAfter, limit)) };
}
