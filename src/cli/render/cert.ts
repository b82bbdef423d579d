import type { CertificateDescription } from '../../certs/show.ts';
import type { Authority, LeafFiles } from '../../certs/store.ts';
import type { TrustPlan } from '../../certs/trust/plan.ts';
import type { Context } from '../context.ts';
import { renderCommand } from './cert-trust.ts';
import { fitFields } from './fields.ts';
import { fitText } from './wrap.ts';

const DAY_MS = 86_400_000;

/** Where a leaf lies, how long it lives, and how to be trusted. */
export function renderLeaf(leaf: LeafFiles, authority: Authority, context: Context): string[] {
  const { messages, out } = context;
  const { cert } = messages;
  const days = Math.floor((leaf.notAfter.getTime() - Date.now()) / DAY_MS);
  const rows: [string, string][] = [
    [cert.written, leaf.cert],
    [cert.key, leaf.key],
    [cert.chain, leaf.fullchain],
    [cert.authority, leaf.ca],
    [cert.names, leaf.names.join(' ')],
    ['', cert.validUntil(leaf.notAfter.toISOString().slice(0, 10), days)],
  ];
  if (leaf.oldPin !== undefined) {
    rows.push([messages.certIssue.oldPin, leaf.oldPin], [messages.certIssue.pin, leaf.pin]);
    rows.push(['', messages.certIssue.rekeyed]);
  }
  if (leaf.reused) rows.push(['', cert.reused]);
  if (authority.created) rows.push(['', messages.banner.authorityCreated]);
  return [
    ...fitFields(rows, out),
    trustHint(context),
    `  ${cert.node}`,
    `    ${out.tone('link', `export NODE_EXTRA_CA_CERTS="${leaf.ca}"`)}`,
  ];
}

/** What comes first after an authority was made. */
export function trustHint({ messages, out }: Context): string {
  // A colon of Chinese text has its space inside.
  const gap = messages.cert.trustHint.endsWith(':') ? ' ' : '';
  return `  ${messages.cert.trustHint}${gap}${out.tone('link', out.typed('wx-dev cert trust'))}`;
}

/** One certificate of a file, and those after it. */
export function renderDescription(description: CertificateDescription, context: Context): string[] {
  const { cert, certUse } = context.messages;
  const { names, notAfter, daysLeft, constraints, chain } = description;
  const until = cert.until(notAfter.toISOString().slice(0, 10), daysLeft);
  const rows: [string, string][] = [
    [cert.subject, description.subject],
    [cert.issuer, description.issuer],
    [cert.names, names.join(' ') || '-'],
    [certUse.validity[description.validity], until],
    [cert.kind, description.keyType],
    [cert.fingerprint, description.fingerprint256],
    ['SHA-1', description.fingerprint1],
    ['pin', description.pin],
  ];
  if (constraints) {
    rows.push([cert.constraints, [...constraints.dns, ...constraints.ip].join(' ')]);
    if (constraints.excluded.length > 0) {
      rows.push([certUse.excluded, constraints.excluded.join(' ')]);
    }
  }
  return [
    ...fitFields(rows, context.out),
    ...chain.flatMap((next) => ['', ...renderDescription(next, context)]),
  ];
}

/** The steps of a trust plan as they would be typed. */
export function renderTrustPlan(
  plan: TrustPlan,
  { messages, language, out }: Context,
  intro = messages.cert.trustIntro,
): string[] {
  const steps = plan.steps.flatMap((step) => [
    `  ${out.tone('dim', `# ${step.title[language]}`)}`,
    `  ${renderCommand([...(step.needsRoot ? ['sudo'] : []), ...step.command])}`,
  ]);
  const notes = plan.notes.flatMap((note) => fitText(note[language], out));
  return [...fitText(intro, out), '', ...steps, ...notes];
}
