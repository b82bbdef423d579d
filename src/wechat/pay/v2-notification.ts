import { WxDevError } from '../../core/errors.ts';
import { readBody } from '../body.ts';
import { createFields, textOf, type Fields } from '../fields.ts';
import { formatXml, parseXml } from '../xml.ts';
import { checkMerchant, type PayV2Account } from './account.ts';
import { decryptReqInfo, encryptReqInfo } from './req-info.ts';
import { signV2, verifyV2, type PayV2SignType } from './v2-signature.ts';

/** A v2 notice, verified; of a refund also decrypted. Values are WeChat Pay's text. */
export interface PayV2Notification {
  readonly type: 'payment' | 'refund';
  /** The fields as they came. */
  readonly fields: Fields;
  /** What `req_info` of a refund holds. */
  readonly refund?: Fields | undefined;
}

/**
 * Verifies and reads a v2 notice: a payment by its `sign`, a refund, which has none, by decrypting `req_info`.
 *
 * @throws WXD1130 WXD1221 for the signature; WXD1132 for `req_info`; WXD1133 for another merchant; WXD1201 WXD1202 WXD1204 WXD1208 for the
 * body.
 */
export function openV2Notification(body: Uint8Array, account: PayV2Account): PayV2Notification {
  const fields = parseXml(readBody(body));
  const reqInfo = textOf(fields, 'req_info');
  const isRefund = reqInfo !== undefined && textOf(fields, 'sign') === undefined;
  if (!isRefund) verifyV2(fields, account.key);
  checkSingle(fields);
  const refund = isRefund ? readReqInfo(reqInfo, account) : undefined;
  checkMerchant([textOf(fields, 'mch_id'), textOf(fields, 'sub_mch_id')], account);
  return refund === undefined ? { type: 'payment', fields } : { type: 'refund', fields, refund };
}

/** Writes a payment notice as WeChat Pay v2 does, with its `sign`. */
export function sealV2Payment(fields: Fields, key: string, type: PayV2SignType = 'MD5'): string {
  const signType = type === 'MD5' ? [] : ([['sign_type', type]] as const);
  const signed = createFields([...Object.entries(fields), ...signType]);
  return formatV2(createFields([...Object.entries(signed), ['sign', signV2(signed, key, type)]]));
}

/**
 * Writes a refund notice as WeChat Pay v2 does.
 *
 * @param fields what stands in clear: `return_code`, `appid`, `mch_id`, `nonce_str`.
 * @param refund what `req_info` holds.
 */
export function sealV2Refund(fields: Fields, refund: Fields, key: string): string {
  const inner = formatV2(refund)
    .replace(/^<xml>/u, '<root>')
    .replace(/<\/xml>$/u, '</root>');
  const reqInfo = encryptReqInfo(inner, key);
  return formatV2(createFields([...Object.entries(fields), ['req_info', reqInfo]]));
}

/** What answers a v2 notice; nothing else counts. */
export const payV2Success =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

/** How a notice is called in a log: `pay.v2.payment`, `pay.v2.refund`. */
export function payV2EventName({ type }: Pick<PayV2Notification, 'type'>): string {
  return `pay.v2.${type}`;
}

/** Everything is text in v2. */
function formatV2(fields: Fields): string {
  return formatXml(fields, { isNumber: () => false });
}

function readReqInfo(reqInfo: string, { key, keySource }: PayV2Account): Fields {
  return parseXml(decryptReqInfo(reqInfo, key, keySource), { root: 'root' });
}

/** A field that is there twice could be read in two ways, by wx-dev and by the app. */
function checkSingle(fields: Fields): void {
  const repeated = Object.entries(fields).find(([, value]) => typeof value !== 'string');
  if (repeated) throw new WxDevError('WXD1221', { field: repeated[0], problem: 'repeated' });
}
