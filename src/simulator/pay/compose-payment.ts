import type { Fields } from '../../wechat/fields.ts';
import { makePaySample, type PaySample } from '../../wechat/sample-pay.ts';
import { setField, unsetField } from '../../wechat/set-field.ts';
import type { Entropy } from '../entropy.ts';
import type { PayContent, PaySender, PayTamper } from './pay-request.ts';

/** Ids of the samples, where nobody says others. */
const usualAppId = 'wx1234567890abcdef';
const usualMchId = '1900000001';
const usualOpenid = 'oWxDev_Alice_000000000000001';

/** 北京时间, as WeChat Pay writes its times. */
const offsetMs = 8 * 60 * 60 * 1000;

/** A payment notification as somebody asks for it. */
export interface Payment {
  /** `pay.success`, `pay:<event_type>` … */
  readonly name: string;
  /** Order number of the merchant. @default random */
  readonly outTradeNo?: string | undefined;
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly unset: readonly string[];
  /** The payer's openid. */
  readonly from?: string | undefined;
  readonly appId?: string | undefined;
  readonly mchId?: string | undefined;
  /** Seconds since the epoch. @default now */
  readonly timestamp?: string | undefined;
}

/**
 * What is notified. The same `entropy` makes the same.
 *
 * @throws WXD1207 for an unknown name, WXD6040 for a path that is none
 */
export function composePayment(payment: Payment, sender: PaySender, entropy: Entropy): PayContent {
  const sample = composeSample(payment, entropy);
  const { time: createTime } = payTimes(payment.timestamp);
  return { sample, sender, id: notificationId(entropy), createTime, ...freshNonce(entropy) };
}

/** What the notification says. @throws WXD1207 for an unknown name, WXD6040 for a path that is none */
export function composeSample(payment: Payment, entropy: Entropy): PaySample {
  const { name, appId = usualAppId, mchId = usualMchId, from = usualOpenid } = payment;
  const { time, timeEnd } = payTimes(payment.timestamp);
  const number = entropy.digits(16);
  const outTradeNo = payment.outTradeNo ?? `WXDEV${number}`;
  const transactionId = `420000${timeEnd.slice(0, 8)}${number.slice(0, 14)}`;
  const options = { appId, mchId, openid: from, outTradeNo, transactionId, time, timeEnd };
  return editSample(makePaySample(name, options), payment);
}

/** A fresh id of a notification, a UUID. */
export function notificationId(entropy: Entropy): string {
  const hex = entropy.bytes(16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A fresh nonce of the encryption: 12 characters. */
export function freshNonce(entropy: Entropy): Pick<PayContent, 'resourceNonce'> {
  return { resourceNonce: entropy.bytes(6).toString('hex') };
}

/** A moment as v3 and v2 write it. @param timestamp seconds since the epoch; now without it */
export function payTimes(timestamp?: string): { time: string; timeEnd: string } {
  const now = timestamp === undefined ? Date.now() : Math.min(Number(timestamp), 8e9) * 1000;
  const local = new Date(now + offsetMs).toISOString().slice(0, 19);
  return { time: `${local}+08:00`, timeEnd: local.replaceAll(/\D/g, '') };
}

/** Sets and unsets fields of what is notified: of the resource, of a v2 payment, of what a v2 refund encrypts. */
export function editSample(
  sample: PaySample,
  { set, unset }: Pick<Payment, 'set' | 'unset'>,
): PaySample {
  const edit = (fields: Fields): Fields => {
    let edited = fields;
    for (const [path, value] of set) edited = setField(edited, path, value);
    for (const path of unset) edited = unsetField(edited, path);
    return edited;
  };
  if (sample.version === 'v3') return { ...sample, resource: edit(sample.resource) };
  return 'refund' in sample
    ? { ...sample, refund: edit(sample.refund) }
    : { ...sample, fields: edit(sample.fields) };
}

/** What can be made wrong in a notification of this kind. */
export function payTampersOf(sample: PaySample): readonly PayTamper[] {
  if (sample.version === 'v3') return ['signature', 'timestamp', 'cipher'];
  return 'refund' in sample ? ['cipher'] : ['signature'];
}
