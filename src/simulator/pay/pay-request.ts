import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ApiV3Key } from '../../wechat/pay/api-v3-key.ts';
import { sealNotification } from '../../wechat/pay/notification.ts';
import { signatureProbePrefix, signNotification } from '../../wechat/pay/signature.ts';
import { sealV2Payment, sealV2Refund } from '../../wechat/pay/v2-notification.ts';
import type { PayV2SignType } from '../../wechat/pay/v2-signature.ts';
import type { PaySample } from '../../wechat/sample-pay.ts';
import type { Entropy } from '../entropy.ts';
import type { SentRequest } from '../outcome.ts';

/** Which part of a notification can be made wrong. */
export type PayTamper = 'signature' | 'timestamp' | 'cipher';

/** The merchant's keys, and the platform's that wx-dev signs with. */
export interface PaySender {
  /** Of v3. */
  readonly apiV3Key?: ApiV3Key | undefined;
  /** Of v2. */
  readonly v2Key?: string | undefined;
  readonly serial: string;
  /** PEM. */
  readonly privateKey: string;
}

/** What one notification keeps over its attempts. */
export interface PayContent {
  readonly sample: PaySample;
  readonly sender: PaySender;
  /** The notification's id, a UUID. */
  readonly id: string;
  /** RFC 3339. */
  readonly createTime: string;
  /** 12 characters, of the encryption. */
  readonly resourceNonce: string;
  /** Of v3. @default the original type of the sample */
  readonly associatedData?: string | undefined;
  /** Of a v2 payment. @default MD5 */
  readonly signType?: PayV2SignType | undefined;
  /** Sent instead of what the sample says, to the byte: of v3 the resource before it is encrypted, of v2 the whole body. */
  readonly text?: string | undefined;
}

/** The body of a notification; the same over all attempts. */
export function payBody({ sample, sender, ...content }: PayContent): string {
  const { text } = content;
  if (sample.version === 'v2') {
    const key = sender.v2Key ?? '';
    if (text !== undefined) return text;
    return 'refund' in sample
      ? sealV2Refund(sample.fields, sample.refund, key)
      : sealV2Payment(sample.fields, key, content.signType);
  }
  if (sender.apiV3Key === undefined) throw new TypeError('a v3 notification needs an APIv3 key');
  return sealNotification(text ?? sample.resource, sender.apiV3Key, {
    id: content.id,
    createTime: content.createTime,
    eventType: sample.eventType,
    summary: sample.summary,
    nonce: content.resourceNonce,
    associatedData: content.associatedData ?? sample.originalType,
    originalType: sample.originalType,
  });
}

/** What is fresh in each attempt. */
export interface PayFreshness {
  readonly entropy: Entropy;
  /** Seconds since the epoch. @default now */
  readonly timestamp?: string | undefined;
  readonly nonce?: string | undefined;
  readonly tamper?: PayTamper | undefined;
}

/** One POST of a notification, signed. */
export function payRequest(
  url: URL,
  { sample, sender }: Pick<PayContent, 'sample' | 'sender'>,
  sealed: string,
  fresh: PayFreshness,
): SentRequest {
  const isV2 = sample.version === 'v2';
  const text = fresh.tamper === undefined ? sealed : tamperBody(sealed, isV2, fresh.tamper);
  const body = Buffer.from(text);
  const headers: (readonly [string, string])[] = [
    ['User-Agent', 'Mozilla/4.0'],
    ['Accept', '*/*'],
    ['Host', url.host],
    ['Pragma', 'no-cache'],
    ['Content-Type', isV2 ? 'text/xml' : 'application/json'],
    ['Content-Length', String(body.length)],
  ];
  if (sample.version === 'v3') headers.push(...signed(sample.probe, sender, text, fresh));
  return { method: 'POST', url: url.href, headers, body };
}

function signed(
  probe: boolean,
  { serial, privateKey }: PaySender,
  text: string,
  { entropy, timestamp, nonce, tamper }: PayFreshness,
): (readonly [string, string])[] {
  const seconds = timestamp ?? String(Math.floor(Date.now() / 1000));
  const signing = {
    timestamp: seconds,
    nonce: nonce ?? entropy.bytes(16).toString('hex').toUpperCase(),
    serial,
    privateKey: keyOf(privateKey),
  };
  const requestId = `08${entropy.digits(30)}`;
  const lines = signNotification(text, signing).map(([name, value]): [string, string] => {
    if (name === 'Wechatpay-Signature' && probe) {
      // As long as a real one: 256 bytes in base64.
      return [name, (signatureProbePrefix + value).slice(0, value.length)];
    }
    if (name === 'Wechatpay-Signature' && tamper === 'signature') {
      return [name, (value.startsWith('A') ? 'B' : 'A') + value.slice(1)];
    }
    if (name === 'Wechatpay-Timestamp' && tamper === 'timestamp') {
      return [name, String(Number(value) - 1)];
    }
    return [name, value];
  });
  return [['Request-ID', requestId], ...lines];
}

/** `cipher` breaks what is encrypted before it is signed; of a v2 payment, where nothing is, `signature` is a field of the body. */
function tamperBody(sealed: string, isV2: boolean, tamper: PayTamper): string {
  if (tamper === 'cipher') {
    return sealed.replace(
      /("ciphertext":"|<req_info><!\[CDATA\[)(.)/u,
      (_whole, before: string, first: string) => before + (first === 'A' ? 'B' : 'A'),
    );
  }
  if (!isV2 || tamper !== 'signature') return sealed;
  return sealed.replace(
    /(<sign><!\[CDATA\[)(.)/u,
    (_whole, before: string, first: string) => before + (first === '0' ? '1' : '0'),
  );
}

function keyOf(pem: string): KeyObject {
  return createPrivateKey(pem);
}
