import type { ClientIdentity } from '../../certs/client-authority.ts';
import { formatSubtree } from '../../certs/constraints.ts';
import type { InitOutcome } from '../../certs/init-authority.ts';
import type { ListedCertificate } from '../../certs/inventory.ts';
import type { CertificateFiles } from '../../certs/leaf-files.ts';
import type { CertificateRecord } from '../../certs/register.ts';
import type { Renewed } from '../../certs/renew.ts';
import type { RequestFiles } from '../../certs/request-store.ts';
import type { Authority } from '../../certs/store.ts';
import type { Context } from '../context.ts';
import type { Tone } from '../terminal.ts';
import { fit, widthOf } from './columns.ts';
import { trustHint } from './cert.ts';
import { fitFields } from './fields.ts';
import { fitText, wrap } from './wrap.ts';

const DAY_MS = 86_400_000;
const INDENT = 2;

type Row = [label: string, value: string];

/** The authority after `cert init`. */
export function renderInit(
  { authority, change, constraints, sealed }: InitOutcome,
  context: Context,
): string[] {
  const { cert, certIssue } = context.messages;
  const changes = {
    created: certIssue.authorityMade,
    unchanged: certIssue.authoritySame,
    reissued: certIssue.authorityReissued,
  };
  const limits = constraints?.permitted.map(formatSubtree).join(' ') ?? certIssue.anyName;
  const rows: Row[] = [
    [cert.authority, authority.certPath],
    ['', changes[change]],
    [cert.fingerprint, authority.fingerprint256],
    [cert.constraints, limits],
    ['', validity(authority.notAfter, context)],
  ];
  if (sealed) rows.push(['', certIssue.sealed]);
  return [
    ...fitFields(rows, context.out),
    ...(change === 'reissued' ? trustAgain(context) : []),
    ...(change === 'created' ? [trustHint(context)] : []),
    ...(constraints ? [] : paragraph(certIssue.unconstrainedWhy, context)),
  ];
}

function trustAgain({ messages, out }: Context): string[] {
  const command = out.tone('link', out.typed('wx-dev cert trust'));
  return [...fitText(messages.certIssue.trustAgain, out), `    ${command}`];
}

/** Where a client's certificate lies, and what a server needs to let it in. */
export function renderClient(
  made: {
    readonly files: CertificateFiles;
    readonly identity: ClientIdentity;
    readonly crl: string;
  },
  context: Context,
): string[] {
  const { cert, certIssue } = context.messages;
  const { files, identity, crl } = made;
  const { name, email } = identity;
  const rows: Row[] = [
    [cert.written, files.cert],
    [cert.key, files.key],
    [cert.chain, files.fullchain],
    [cert.subject, email === undefined ? name : `${name} <${email}>`],
    ['', validity(files.notAfter, context)],
    ...pinRows(files, context),
  ];
  if (files.reused) rows.push(['', cert.reused]);
  return [
    ...fitFields(rows, context.out),
    ...paragraph(certIssue.clientHint, context),
    ...fitFields(
      [
        [certIssue.clientAuthority, files.ca],
        [certIssue.crl, crl],
      ],
      context.out,
    ),
  ];
}

/** A certificate for a request. */
export function renderRequest(
  made: RequestFiles,
  authority: Authority,
  context: Context,
): string[] {
  const { cert } = context.messages;
  return fitFields(
    [
      [cert.written, made.cert],
      [cert.chain, made.fullchain],
      [cert.authority, authority.certPath],
      [cert.names, made.names.join(' ')],
      ['', validity(made.notAfter, context)],
    ],
    context.out,
  );
}

/** What `cert renew` did. */
export function renderRenewed(renewed: readonly Renewed[], context: Context): string[] {
  const { cert, certIssue } = context.messages;
  const fresh = renewed.filter(({ reused }) => !reused);
  if (fresh.length === 0) return [`  ${certIssue.renewedNone}`];
  return fresh.flatMap((item, index) => [
    ...(index === 0 ? [] : ['']),
    ...fitFields(
      [
        [cert.written, item.cert],
        [cert.names, item.names.join(' ')],
        ['', validity(item.notAfter, context)],
        ...pinRows(item, context),
      ],
      context.out,
    ),
  ]);
}

/** What was revoked, and whom that reaches. */
export function renderRevoked(
  { record, crl }: { readonly record: CertificateRecord; readonly crl: string },
  context: Context,
): string[] {
  const { certIssue, cert } = context.messages;
  const rows: Row[] = [
    ['', certIssue.revoked(record.serial)],
    [cert.names, record.names.join(' ')],
  ];
  if (record.kind === 'client') rows.push([certIssue.crl, crl]);
  const note = record.kind === 'client' ? certIssue.revokedClient : certIssue.revokedServer;
  return [...fitFields(rows, context.out), ...paragraph(note, context)];
}

/** Two lines for each certificate: what it is, where it lies. */
export function renderList(
  certificates: readonly ListedCertificate[],
  { messages, out }: Context,
): string[] {
  const { certIssue } = messages;
  if (certificates.length === 0) return [`  ${certIssue.none}`];
  const kinds = Math.max(...Object.values(certIssue.kinds).map(widthOf));
  return certificates.flatMap(({ serial, kind, names, notAfter, path, state }) => [
    `  ${fit(certIssue.kinds[kind], kinds)}  ${notAfter.slice(0, 10)}  ${out.tone(tones[state], certIssue.states[state])}`,
    ...fitText(names.join(' '), out, 4),
    out.tone('dim', `    ${serial}  ${path}`),
  ]);
}

const tones: Readonly<Record<ListedCertificate['state'], Tone>> = {
  good: 'good',
  due: 'warn',
  expired: 'bad',
  revoked: 'bad',
  missing: 'dim',
};

function pinRows({ pin, oldPin }: Pick<Renewed, 'pin' | 'oldPin'>, { messages }: Context): Row[] {
  const { certIssue } = messages;
  if (pin === undefined) return [];
  if (oldPin === undefined) return [[certIssue.pin, pin]];
  return [
    [certIssue.oldPin, oldPin],
    [certIssue.pin, pin],
    ['', certIssue.rekeyed],
  ];
}

function validity(notAfter: Date, { messages }: Context): string {
  const days = Math.floor((notAfter.getTime() - Date.now()) / DAY_MS);
  return messages.cert.validUntil(notAfter.toISOString().slice(0, 10), days);
}

function paragraph(text: string, { out }: Context): string[] {
  const width = Math.min(out.columns, 80) - INDENT;
  return wrap(text, width).map((line) => `${' '.repeat(INDENT)}${line}`);
}
