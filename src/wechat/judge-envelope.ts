import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { attempt } from './attempt.ts';
import { decryptWithAny } from './cipher.ts';
import { textOf, type Fields } from './fields.ts';
import { judgeTime, placed } from './judge-reply.ts';
import { reasonOf, type Findings } from './judge-shape.ts';
import type { PushQuery } from './query.ts';
import { diagnoseSignature, sign, signaturesEqual, type SignedValues } from './signature.ts';

/** Padding block of WXBizMsgCrypt, in bytes. */
const paddingBlock = 32;

const envelopeFields = ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'] as const;

/**
 * Verifies and decrypts the envelope of a reply as WeChat does: signature, padding, AppId. Without a result there is at least one fault.
 *
 * @param query what came with the push, to tell when its timestamp and nonce were signed instead of the reply's.
 */
export function openReply(
  fields: Fields,
  account: Account,
  query: PushQuery | undefined,
  findings: Findings,
): string | undefined {
  const missing = envelopeFields.filter((field) => !textOf(fields, field));
  for (const field of missing) {
    findings.faults.push(placed(new WxDevError('WXD2113', { type: 'encrypted', field }), fields));
  }
  if (missing.length > 0) return undefined;
  const [encrypt = '', received = '', timestamp = '', nonce = ''] = envelopeFields.map((field) =>
    textOf(fields, field),
  );
  judgeTime('TimeStamp', timestamp, findings);
  const values = { token: account.token, timestamp, nonce, encrypt };
  const computed = sign(values.token, timestamp, nonce, encrypt);
  if (!signaturesEqual(received, computed)) {
    const hint = findHint(received, values, query);
    findings.faults.push(new WxDevError('WXD2116', { received, computed, hint }));
    return undefined;
  }
  return openCipher(encrypt, account, findings);
}

function findHint(
  received: string,
  values: SignedValues & { readonly encrypt: string },
  query: PushQuery | undefined,
): ReturnType<typeof diagnoseSignature> | 'query-values' {
  const { timestamp = '', nonce = '' } = query ?? {};
  const ofQuery = sign(values.token, timestamp, nonce, values.encrypt);
  if (signaturesEqual(received, ofQuery)) return 'query-values';
  return diagnoseSignature({ kind: 'msg_signature', received, values });
}

function openCipher(
  cipherText: string,
  account: Account,
  { faults, warnings }: Findings,
): string | undefined {
  const { value: opened, error } = attempt(() => decryptWithAny(cipherText, account));
  if (opened === undefined) {
    const countsCharacters = isCutShort(error);
    faults.push(
      new WxDevError('WXD2117', { ...reasonOf(error), countsCharacters }, { cause: error }),
    );
    return undefined;
  }
  const { text, paddedBytes } = opened;
  if (paddedBytes % paddingBlock !== 0) {
    warnings.push(new WxDevError('WXD2123', { bytes: paddedBytes }));
  }
  return text;
}

/** Whether the rest of the message stands before the id, or half a character at its end: more than the declared length was sealed. */
function isCutShort(error: WxDevError): boolean {
  if (isWxDevError(error, 'WXD1104')) return error.details.problem === 'utf8';
  if (!isWxDevError(error, 'WXD1102')) return false;
  const { received, configured } = error.details;
  return received !== configured && received.endsWith(configured);
}
