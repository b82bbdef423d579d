import { createHash } from 'node:crypto';
import { createFields, fieldsOf, textOf, type Fields } from '../fields.ts';
import type { AnyPayAccount } from './account.ts';
import { openNotification, payEventName, type PayNotification } from './notification.ts';
import type { RawNotification } from './signature.ts';
import { openV2Notification, payV2EventName, type PayV2Notification } from './v2-notification.ts';

/** A notification of WeChat Pay as a handler gets it: verified and decrypted. */
export interface PayMessage {
  readonly type: 'pay';
  /** `pay.transaction.success`, `pay.refund.closed` …; of v2 `pay.v2.payment` or `pay.v2.refund`. */
  readonly event: string;
  /** Stays the same when WeChat Pay sends the notification again. */
  readonly id: string;
  /** What it tells: the decrypted resource; of v2 all fields, those of `req_info` included. Amounts are text. */
  readonly resource: Fields;
  /** The same as WeChat Pay wrote it, decrypted. */
  readonly text: string;
  readonly notification: PayNotification | PayV2Notification;
}

/**
 * Verifies, decrypts and reads a notification of either version.
 *
 * @param now milliseconds since the epoch.
 * @throws what `openNotification` and `openV2Notification` throw.
 */
export function openPayMessage(
  raw: RawNotification,
  account: AnyPayAccount,
  now: number,
): PayMessage {
  if (account.kind === 'pay-v2') return openV2(raw.body, account);
  const notification = openNotification(raw, account, now);
  const { id, resource, text } = notification;
  return { type: 'pay', event: payEventName(notification), id, resource, text, notification };
}

/** A notification in one line: what was paid or refunded, how much, by whom. */
export function describePayMessage({ resource }: PayMessage): {
  content?: string;
  openid?: string;
} {
  const order = firstText(resource, [
    'out_refund_no',
    'out_trade_no',
    'out_bill_no',
    'out_order_no',
  ]);
  const amount = amountOf(resource);
  const payer = fieldsOf(resource, 'payer') ?? resource;
  const openid = firstText(payer, ['openid', 'sp_openid', 'sub_openid']);
  const content = [order, amount].filter((part) => part !== undefined).join(' ');
  return { ...(content === '' ? {} : { content }), ...(openid === undefined ? {} : { openid }) };
}

function openV2(body: Uint8Array, account: Extract<AnyPayAccount, { kind: 'pay-v2' }>): PayMessage {
  const notification = openV2Notification(body, account);
  const { fields, refund } = notification;
  const resource = createFields([...Object.entries(fields), ...Object.entries(refund ?? {})]);
  const names = ['refund_id', 'out_refund_no', 'transaction_id', 'out_trade_no'];
  return {
    type: 'pay',
    event: payV2EventName(notification),
    // A notice has no id of its own; without any of these it is at least the same bytes.
    id: firstText(resource, names) ?? createHash('sha256').update(body).digest('hex'),
    resource,
    text: Buffer.from(body).toString(),
    notification,
  };
}

/** Fen as yuan: `1.00 CNY`. */
function amountOf(resource: Fields): string | undefined {
  const amount = fieldsOf(resource, 'amount') ?? resource;
  const fen = firstText(amount, ['refund', 'refund_fee', 'total', 'total_fee', 'transfer_amount']);
  if (fen === undefined || !/^\d{1,12}$/u.test(fen)) return undefined;
  const digits = fen.padStart(3, '0');
  const currency = firstText(amount, ['currency', 'fee_type']) ?? 'CNY';
  return `${digits.slice(0, -2)}.${digits.slice(-2)} ${currency}`;
}

function firstText(fields: Fields, names: readonly string[]): string | undefined {
  return names
    .map((name) => textOf(fields, name))
    .find((text) => text !== undefined && text !== '');
}
