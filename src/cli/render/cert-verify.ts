import type { PackName } from '../../certs/verify/packs.ts';
import type { Verification } from '../../certs/verify/verify.ts';
import type { CertTarget } from '../cert-target.ts';
import type { Context } from '../context.ts';
import { fitFields } from './fields.ts';
import { fitText } from './wrap.ts';
import { oneLine } from './one-line.ts';

/** A new certificate of a public authority lives at most this long since 15 March 2026 (CA/Browser Forum SC-081v3). */
const PUBLIC_DAYS = 200;

/** The verdict, each fault with its remedy, and what was judged. */
export function renderVerification(
  target: CertTarget,
  { accepted, faults, chain, notAfter, days }: Verification,
  as: readonly PackName[],
  { messages, language, out }: Context,
): string[] {
  const { certUse } = messages;
  const clients = as.join(' ');
  const verdict = fitText(accepted ? certUse.accepted(clients) : certUse.refused(clients), out);
  const { protocol } = target.peer ?? {};
  const rows: [string, string][] = [
    [certUse.target, protocol === undefined ? target.label : `${target.label}  ${protocol}`],
    [certUse.chain, chain.map(oneLine).join(' < ')],
    ['', messages.cert.validUntil(notAfter.toISOString().slice(0, 10), daysLeft(notAfter))],
  ];
  if (as.includes('wechat') && days > PUBLIC_DAYS) {
    rows.push(['', certUse.publicDays(PUBLIC_DAYS)]);
  }
  const lines = faults.flatMap((fault) => [
    ...fitText(`x ${oneLine(fault.reason[language])}`, out).map((line) => out.tone('bad', line)),
    `    ${out.tone('dim', fault.packs.join(' '))}`,
    ...fitText(fault.fix[language], out, 4),
    ...(fault.phone === undefined ? [] : fitText(certUse.onPhones(fault.phone), out, 4)),
  ]);
  return [
    ...fitFields(rows, out),
    ...lines,
    ...verdict.map((line) => out.tone(accepted ? 'good' : 'bad', line)),
  ];
}

function daysLeft(notAfter: Date): number {
  return Math.floor((notAfter.getTime() - Date.now()) / 86_400_000);
}
