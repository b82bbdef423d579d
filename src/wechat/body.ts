import { WxDevError } from '../core/errors.ts';
import type { Format } from './account.ts';
import type { Fields } from './fields.ts';
import { formatJson, parseJson } from './json.ts';
import { decodeUtf8 } from './utf8.ts';
import { formatXml, parseXml } from './xml.ts';

/**
 * Largest body that is read, in bytes. A text message has at most some kilobytes, three times that in compat mode; the largest events stay
 * far below.
 */
export const maxBodyBytes = 1024 * 1024;

/** A body whose format is known by its shape. */
export interface ParsedBody {
  readonly format: Format;
  readonly text: string;
  readonly fields: Fields;
}

/**
 * Decodes a body.
 *
 * @throws WXD1204 when it is larger than `maxBodyBytes`; WXD1208 when it is not UTF-8.
 */
export function readBody(body: Uint8Array): string {
  if (body.length > maxBodyBytes) {
    throw new WxDevError('WXD1204', { sizeBytes: body.length, limitBytes: maxBodyBytes });
  }
  const { text, badAt } = decodeUtf8(body);
  if (text === undefined) throw new WxDevError('WXD1208', { at: badAt });
  return text;
}

/**
 * Reads fields. Decides by the shape of the text: WeChat's Content-Type for JSON is not documented.
 *
 * @throws WXD1201 WXD1202 WXD1203 when it is malformed; WXD1205 when it is empty; WXD1206 when it is neither XML nor JSON.
 */
export function parseBody(text: string): ParsedBody {
  const first = /[^\s]/u.exec(text)?.[0];
  if (first === undefined) throw new WxDevError('WXD1205', {});
  if (first === '<') return { format: 'xml', text, fields: parseXml(text) };
  if (first === '{') return { format: 'json', text, fields: parseJson(text) };
  throw new WxDevError('WXD1206', { problem: 'neither XML nor JSON', start: text.slice(0, 40) });
}

/** Writes fields in the data format of the account. */
export function formatFields(fields: Fields, format: Format): string {
  return format === 'xml' ? formatXml(fields) : formatJson(fields);
}
