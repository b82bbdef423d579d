import type { RedirectKind } from '../core/errors/answers.ts';
import { WxDevError, type SettingSource } from '../core/errors.ts';
import { attempt } from './attempt.ts';
import { readBody } from './body.ts';
import { findCause } from './find-cause.ts';
import { findInterstitial } from './interstitial.ts';
import { reasonOf } from './judge-shape.ts';

/** Longer than that sentence with its code. */
const REFUSAL_BYTES = 64;

/** An answer of the app, as it came over HTTP, not decompressed. */
export interface Answer {
  readonly status: number;
  /** Names in any case, in any order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** URL or path that was asked for; tells what a redirect changes. */
  readonly url?: string | undefined;
  /** Where the Token that the request was signed with comes from; names the line when the app refuses it. */
  readonly tokenSource?: SettingSource | undefined;
}

/** What WeChat minds before it looks at the body: the status, a redirect (it follows none), compression (it asked for none). */
export function judgeHttp(
  answer: Answer & { readonly encrypted?: boolean },
): WxDevError | undefined {
  const { status, headers, body, url, encrypted = false, tokenSource } = answer;
  if (status >= 300 && status < 400) {
    const location = headerOf(headers, 'location');
    return new WxDevError('WXD2102', { status, location, kind: compare(url, location) });
  }
  const encoding = headerOf(headers, 'content-encoding');
  const isPacked = encoding !== undefined && encoding.toLowerCase() !== 'identity';
  const text = isPacked ? '' : new TextDecoder().decode(body);
  const by = findInterstitial(answer, text);
  if (by !== undefined) return new WxDevError('WXD2129', { status, by });
  if (status !== 200) {
    const refusal = refusalOf(text);
    const cause = findCause({ status, text, sent: { encrypted, tokenSource } });
    return new WxDevError('WXD2101', { status, refusal, cause });
  }
  if (isPacked) return new WxDevError('WXD2115', { encoding });
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
function refusalOf(text: string): string | undefined {
  const start = text.slice(0, REFUSAL_BYTES);
  return /^wx-dev refused this request: (WXD\d{4})\s*$/.exec(start)?.[1];
}

function headerOf(headers: Answer['headers'], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** What a redirect changes, when that is something known. */
function compare(
  asked: string | undefined,
  location: string | undefined,
): RedirectKind | undefined {
  if (location === undefined) return undefined;
  if (/\b(?:log-?in|sign-?in|auth|sso)\b/iu.test(location)) return 'login';
  const base = 'http://callback.invalid';
  if (asked === undefined || !URL.canParse(asked, base) || !URL.canParse(location, base)) {
    return undefined;
  }
  const from = new URL(asked, base);
  const to = new URL(location, from);
  const isSamePath = from.pathname === to.pathname;
  if (isSamePath)
    return from.protocol === 'http:' && to.protocol === 'https:' ? 'https' : undefined;
  const bare = (path: string): string => path.replace(/\/$/u, '');
  return bare(from.pathname) === bare(to.pathname) ? 'slash' : undefined;
}
