import { WxDevError } from '../../core/errors.ts';
import { readBody } from '../body.ts';
import { fieldsOf, textOf, type Fields } from '../fields.ts';
import { formatJson, parseJson } from '../json.ts';
import { checkMerchant, type PayAccount } from './account.ts';
import { isPayNumberField } from './numbers.ts';
import {
  decryptResource,
  encryptResource,
  type EncryptedResource,
  type EncryptResourceOptions,
} from './resource.ts';
import type { ApiV3Key } from './api-v3-key.ts';
import { verifyNotification, type RawNotification } from './signature.ts';

/** A v3 notification, verified and decrypted. Values are WeChat Pay's text, numbers too. */
export interface PayNotification {
  /** Stays the same when WeChat Pay sends the notification again. */
  readonly id: string;
  /** RFC 3339, as it came. */
  readonly createTime: string;
  /** `TRANSACTION.SUCCESS` … */
  readonly eventType: string;
  readonly summary: string;
  /** What the resource is: `transaction`, `refund` …; empty when it is not said. */
  readonly originalType: string;
  /** The fields of the decrypted resource. */
  readonly resource: Fields;
  /** The decrypted resource as text. */
  readonly text: string;
}

/**
 * Verifies, decrypts and reads a v3 notification.
 *
 * @param now milliseconds since the epoch.
 * @throws what `verifyNotification` and `decryptResource` throw; WXD1133 when it is for another merchant; WXD1203 WXD1204 WXD1208 WXD1220
 * when the body or the resource is not what WeChat Pay sends.
 */
export function openNotification(
  raw: RawNotification,
  account: PayAccount,
  now: number,
): PayNotification {
  verifyNotification(raw, { keys: account.platformKeys, now });
  const fields = parseJson(readBody(raw.body));
  const sealed = fieldsOf(fields, 'resource');
  if (sealed === undefined) throw missing('resource', fields);
  const text = decryptResource(readResource(sealed), account.apiV3Key);
  const resource = parseJson(text);
  const ids = ['mchid', 'sp_mchid', 'sub_mchid'].map((name) => textOf(resource, name));
  checkMerchant(ids, account);
  return {
    id: requireText(fields, 'id'),
    createTime: textOf(fields, 'create_time') ?? '',
    eventType: requireText(fields, 'event_type'),
    summary: textOf(fields, 'summary') ?? '',
    originalType: textOf(sealed, 'original_type') ?? '',
    resource,
    text,
  };
}

/** What a v3 notification is made of. */
export interface SealNotificationOptions extends EncryptResourceOptions {
  readonly id: string;
  /** RFC 3339, for example `2026-01-01T08:00:00+08:00`. */
  readonly createTime: string;
  readonly eventType: string;
  readonly summary: string;
}

/**
 * Makes the body of a v3 notification: fields, or a text that is encrypted exactly as it is.
 *
 * @throws WXD1128 when the nonce is not 12 bytes.
 */
export function sealNotification(
  resource: Fields | string,
  apiV3Key: ApiV3Key,
  { id, createTime, eventType, summary, ...options }: SealNotificationOptions,
): string {
  const text =
    typeof resource === 'string' ? resource : formatJson(resource, { isNumber: isPayNumberField });
  return JSON.stringify({
    id,
    create_time: createTime,
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary,
    resource: encryptResource(text, apiV3Key, options),
  });
}

/** How a notification is called in a log: `pay.transaction.success`. */
export function payEventName({ eventType }: Pick<PayNotification, 'eventType'>): string {
  return `pay.${eventType.toLowerCase()}`;
}

function readResource(fields: Fields): EncryptedResource {
  return {
    algorithm: requireText(fields, 'algorithm'),
    ciphertext: requireText(fields, 'ciphertext'),
    nonce: requireText(fields, 'nonce'),
    associated_data: textOf(fields, 'associated_data'),
  };
}

function requireText(fields: Fields, name: string): string {
  const value = textOf(fields, name);
  if (value === undefined || value === '') throw missing(name, fields);
  return value;
}

function missing(field: string, fields: Fields): WxDevError {
  return new WxDevError('WXD1220', { field, present: Object.keys(fields) });
}
