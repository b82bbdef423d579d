import { WxDevError } from '../core/errors.ts';
import { attempt } from './attempt.ts';
import { readBody } from './body.ts';
import { reasonOf } from './judge-shape.ts';

/** Longer than that sentence with its code. */
const REFUSAL_BYTES = 64;

/** An answer of the app, as it came over HTTP, not decompressed. */
export interface Answer {
  readonly status: number;
  /** Names in any case, in any order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What WeChat minds before it looks at the body: the status, a redirect (it follows none), compression (it asked for none). */
export function judgeHttp({ status, headers, body }: Answer): WxDevError | undefined {
  if (status >= 300 && status < 400) {
    return new WxDevError('WXD2102', { status, location: headerOf(headers, 'location') });
  }
  if (status !== 200) return new WxDevError('WXD2101', { status, refusal: refusalOf(body) });
  const encoding = headerOf(headers, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new WxDevError('WXD2115', { encoding });
  }
  // The first bytes of gzip, where the header was forgotten.
  return body[0] === 0x1f && body[1] === 0x8b
    ? new WxDevError('WXD2115', { encoding: 'gzip' })
    : undefined;
}

/** The body as text, or why it is none. */
export function readAnswerText(body: Uint8Array): string | WxDevError {
  const { value: text, error } = attempt(() => readBody(body));
  return text ?? new WxDevError('WXD2119', reasonOf(error), { cause: error });
}

/** The code by which a wx-dev in between says that it, and not the app, refused the request. */
function refusalOf(body: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(body.subarray(0, REFUSAL_BYTES));
  return /^wx-dev refused this request: (WXD\d{4})\s*$/.exec(start)?.[1];
}

function headerOf(headers: Answer['headers'], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}
