import type { Exchange, OpenedPush } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';
import type { Output } from '../terminal.ts';
import { hardWrap } from './columns.ts';
import { oneLine } from './one-line.ts';
import { INDENT } from './row.ts';

/** How much of a body is shown, in UTF-16 units. WeChat's messages have some hundred. */
const SHOWN = 4000;

/** Credentials of the open platform and of WeCom suites: they grant access to accounts, and the log may be shown to others. */
const CREDENTIALS =
  /(<|")(ComponentVerifyTicket|SuiteTicket|AuthorizationCode|PreAuthCode|AuthCode|SessionKey|access_token|session_key)(>\s*(?:<!\[CDATA\[)?|"\s*:\s*")([^<\]"]+)/giu;

/** How to draw the details. */
interface DetailsView {
  readonly output: Output;
  readonly messages: Messages;
  /** Absent: shown. */
  readonly bodies?: boolean | undefined;
}

/** What `-v` adds to an exchange: whole ids, how the push was opened, and both bodies in the clear. */
export function renderDetails(exchange: Exchange, view: DetailsView): string[] {
  const { output, messages, bodies = true } = view;
  const ids = identifiers(exchange);
  const lines = [
    ...(ids === '' ? [] : [ids]),
    ...(bodies ? conversation(exchange, messages.details) : []),
  ];
  return lines.flatMap((line) => fitted(line, output));
}

function conversation(exchange: Exchange, details: Messages['details']): string[] {
  const { push, request, response, answerText } = exchange;
  const answer = decode(response?.body);
  const isSealed =
    push !== undefined && push.mode !== 'plain' && /<Encrypt>|"Encrypt"/.test(answer);
  return [
    ...(push ? [`> ${opened(push, details)}`] : []),
    ...bodyLines('>', push?.text ?? decode(request.body)),
    ...(isSealed ? [`< ${details.sealed}`] : []),
    ...bodyLines('<', answerText ?? answer),
  ];
}

/** What the columns have no room for, whole. */
function identifiers({ openid, msgId }: Exchange): string {
  const parts = [...(openid ? [openid] : []), ...(msgId ? [`MsgId ${msgId}`] : [])];
  return parts.join('  ');
}

function opened(
  { mode, format, key, receiveId = '' }: OpenedPush,
  { plain, decrypted, keys }: Messages['details'],
): string {
  const how = key === undefined ? plain : decrypted(keys[key], receiveId || '-');
  return `${mode}, ${format}: ${how}`;
}

function bodyLines(mark: string, text: string): string[] {
  const masked = text.slice(0, SHOWN).replace(CREDENTIALS, '$1$2$3****');
  const cut = text.length > SHOWN ? [`${mark} ..`] : [];
  const lines = masked.split(/\r?\n/).filter((line) => line.trim() !== '');
  return [...lines.map((line) => `${mark} ${line}`), ...cut];
}

/** A terminal gets lines that fit, a file or pipe whole ones. */
function fitted(text: string, output: Output): string[] {
  const line = oneLine(text);
  const lines = output.isTTY ? hardWrap(line, output.columns - INDENT) : [line];
  return lines.map((part) => output.tone('dim', `${' '.repeat(INDENT)}${part}`));
}

/** Bodies are capped where they are kept; what is no UTF-8 shows as replacement characters. */
function decode(body: Uint8Array | undefined): string {
  return Buffer.from(body ?? []).toString('utf8', 0, SHOWN * 4);
}
