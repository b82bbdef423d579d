import { createHash } from 'node:crypto';
import type { SendOutcome } from '../../simulator/outcome.ts';
import type { Account } from '../../wechat/account.ts';
import { parsePushQuery } from '../../wechat/query.ts';
import type { Messages } from '../messages/en.ts';
import { truncate } from './columns.ts';
import { oneLine } from './one-line.ts';

/** Cells of a line that shows a text of the request or answer. */
const SHOWN_CELLS = 100;

/** WeChat pads to whole blocks of 32 bytes. */
const BLOCK_BYTES = 32;

/**
 * How the request was signed and encrypted, step by step, and what the answer held. The Token is replaced by its place, because these
 * lines get pasted into issues.
 */
export function renderSteps(
  plain: string | undefined,
  { request, text }: SendOutcome,
  account: Account,
  { send }: Messages,
): string[] {
  const { steps } = send;
  const query = parsePushQuery(new URL(request.url).search);
  const { timestamp = '', nonce = '', signature, msgSignature } = query;
  const lines = [`    Token          ${steps.token(account.token.length)}`];
  if (signature !== undefined) {
    lines.push(...signing('signature', [account.token, timestamp, nonce], account, steps.sorted));
  }
  const cipherText = /<Encrypt><!\[CDATA\[([^\]]+)|"[Ee]ncrypt":"([^"]+)/.exec(
    Buffer.from(request.body).toString(),
  );
  const encrypted = cipherText?.[1] ?? cipherText?.[2];
  if (encrypted !== undefined && plain !== undefined) {
    const message = Buffer.byteLength(plain);
    const id = Buffer.byteLength(account.appId ?? '');
    const length = 16 + 4 + message + id;
    const padding = BLOCK_BYTES - (length % BLOCK_BYTES);
    lines.push(`    ${steps.encrypt}        AES-256-CBC, base64 ${encrypted.length}`);
    lines.push(`                   ${steps.parts(message, id, padding, length + padding)}`);
    if (msgSignature !== undefined) {
      const values = [account.token, timestamp, nonce, encrypted];
      lines.push(...signing('msg_signature', values, account, steps.sorted));
    }
  }
  if (plain !== undefined) lines.push(`    ${steps.push}           ${shown(plain)}`);
  if (text) lines.push(`    ${steps.reply}          ${shown(text)}`);
  return lines;
}

function signing(
  name: string,
  values: readonly string[],
  { token }: Account,
  sortedWord: string,
): string[] {
  // By bytes, as WeChat sorts.
  const sorted = [...values].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const shownParts = sorted.map((value) => (value === token ? '<Token>' : truncate(value, 24)));
  const hash = createHash('sha1').update(sorted.join('')).digest('hex');
  return [
    `    ${name.padEnd(14)} ${sortedWord} ${shownParts.join(' + ')}`,
    `      sha1         ${hash}`,
  ];
}

function shown(text: string): string {
  return truncate(oneLine(text), SHOWN_CELLS);
}
