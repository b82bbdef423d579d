import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { RecordedExchange } from '../inspector/record.ts';
import { createEntropy } from '../simulator/entropy.ts';
import {
  editSample,
  freshNonce,
  notificationId,
  payTimes,
} from '../simulator/pay/compose-payment.ts';
import type { PayContent, PaySender } from '../simulator/pay/pay-request.ts';
import { attempt } from '../wechat/attempt.ts';
import { fieldsOf, textOf, type Fields } from '../wechat/fields.ts';
import { parseJson } from '../wechat/json.ts';
import { openV2Notification } from '../wechat/pay/v2-notification.ts';
import type { PaySample } from '../wechat/sample-pay.ts';
import { setField, unsetField } from '../wechat/set-field.ts';
import { parseXml } from '../wechat/xml.ts';

/** How a recorded payment is to be repeated. */
export interface PaymentReplay {
  readonly sender: PaySender;
  /** Whether it is the same notification; else it gets an id and a time of its own. */
  readonly sameId: boolean;
  readonly edits: readonly (readonly [path: string, value: string])[];
}

/** Whether an exchange is a notification of WeChat Pay: only its events are called so. */
export function isPayment({ type }: Pick<RecordedExchange, 'type'>): boolean {
  return type.startsWith('pay.');
}

/** The version of WeChat Pay that sent it. */
export function versionOf({ type }: Pick<RecordedExchange, 'type'>): PaySample['version'] {
  return type.startsWith('pay.v2.') ? 'v2' : 'v3';
}

/** The serial of the key that had signed it; undefined for v2. */
export function serialOf({ request }: Pick<RecordedExchange, 'request'>): string | undefined {
  return request.headers.find(([name]) => name.toLowerCase() === 'wechatpay-serial')?.[1];
}

/**
 * A recorded notification as it is sent again: signed and encrypted anew. Of v2, which has no id of its own, only `nonce_str` is new.
 *
 * @throws WXD6062 when it cannot be read any more: the key of a v2 refund has changed
 */
export function repeatedPayment(recorded: RecordedExchange, replay: PaymentReplay): PayContent {
  return versionOf(recorded) === 'v2' ? repeatV2(recorded, replay) : repeatV3(recorded, replay);
}

function repeatV3(
  recorded: RecordedExchange,
  { sender, sameId, edits }: PaymentReplay,
): PayContent {
  const text = recorded.push?.text ?? '';
  // What stands around the resource; of a body that was too large to be kept, what its name tells.
  const outer = attempt(() => parseJson(Buffer.from(recorded.request.body).toString())).value ?? {};
  const sealed: Fields = fieldsOf(outer, 'resource') ?? {};
  const entropy = createEntropy();
  const sample: PaySample = {
    version: 'v3',
    eventType: textOf(outer, 'event_type') ?? recorded.type.slice('pay.'.length).toUpperCase(),
    summary: textOf(outer, 'summary') ?? '',
    originalType: textOf(sealed, 'original_type') ?? '',
    resource: parseJson(text),
    probe: false,
  };
  const createTime = textOf(outer, 'create_time');
  return {
    sample: editSample(sample, { set: edits, unset: [] }),
    sender,
    id: (sameId ? recorded.msgId : undefined) ?? notificationId(entropy),
    createTime: (sameId ? createTime : undefined) ?? payTimes().time,
    ...freshNonce(entropy),
    associatedData: textOf(sealed, 'associated_data') ?? '',
    // To the byte, where nothing is to change: numbers that wx-dev does not know stay numbers.
    text: edits.length === 0 ? text : undefined,
  };
}

function repeatV2(
  recorded: RecordedExchange,
  { sender, sameId, edits }: PaymentReplay,
): PayContent {
  const text = recorded.push?.text ?? '';
  const entropy = createEntropy();
  const fields = parseXml(text);
  const isHmac = textOf(fields, 'sign_type') === 'HMAC-SHA256';
  const unsigned = ['sign', 'sign_type', 'req_info'].reduce(unsetField, fields as Fields);
  const clear = sameId
    ? unsigned
    : setField(unsigned, 'nonce_str', entropy.bytes(16).toString('hex'));
  const sample: PaySample =
    recorded.type === 'pay.v2.refund'
      ? { version: 'v2', fields: clear, refund: refundOf(recorded, text, sender) }
      : { version: 'v2', fields: clear };
  return {
    sample: editSample(sample, { set: edits, unset: [] }),
    sender,
    id: '',
    createTime: '',
    ...freshNonce(entropy),
    signType: isHmac ? 'HMAC-SHA256' : 'MD5',
    text: sameId && edits.length === 0 ? text : undefined,
  };
}

/** What `req_info` holds. @throws WXD6062 */
function refundOf({ id }: RecordedExchange, text: string, { v2Key = '' }: PaySender): Fields {
  try {
    const account = { kind: 'pay-v2', key: v2Key } as const;
    return openV2Notification(Buffer.from(text), account).refund ?? {};
  } catch (cause) {
    if (!isWxDevError(cause)) throw cause;
    throw new WxDevError('WXD6062', { id, why: 'key' }, { cause });
  }
}
