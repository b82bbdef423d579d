/** The query parameters WeChat adds to the callback URL. Values are opaque text: a 19-digit `echostr` is no number. */
export interface PushQuery {
  readonly signature?: string;
  readonly msgSignature?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly echostr?: string;
  /** Absent or `raw` means plaintext, `aes` means an encrypted body. */
  readonly encryptType?: string;
  /** The follower, where WeChat adds it; never required. */
  readonly openid?: string;
}

/** A query under construction. */
export type MutableQuery = { -readonly [Key in keyof PushQuery]: PushQuery[Key] };

/** Property ↔ parameter, in the order WeChat's samples use. */
const parameters = [
  ['signature', 'signature'],
  ['echostr', 'echostr'],
  ['timestamp', 'timestamp'],
  ['nonce', 'nonce'],
  ['openid', 'openid'],
  ['encryptType', 'encrypt_type'],
  ['msgSignature', 'msg_signature'],
] as const satisfies readonly (readonly [keyof PushQuery, string])[];

/** Which property holds the parameter of that name. */
export const properties: ReadonlyMap<string, keyof PushQuery> = new Map(
  parameters.map(([property, name]) => [name, property]),
);

/** The name of a parameter as WeChat spells it. */
export type ParameterName = (typeof parameters)[number][1];

/** All of them. */
export const parameterNames: readonly ParameterName[] = parameters.map(([, name]) => name);

/**
 * Reads the parameters of a raw query (with or without the leading `?`).
 * Percent-decodes once and leaves `+` alone, because base64 in `echostr` uses it; what cannot be decoded stays as it came. Of a repeated
 * parameter the first counts, an empty one counts as absent.
 */
export function parsePushQuery(rawQuery: string): PushQuery {
  const query: MutableQuery = {};
  for (let at = rawQuery.startsWith('?') ? 1 : 0; at < rawQuery.length;) {
    const mark = rawQuery.indexOf('&', at);
    const end = mark === -1 ? rawQuery.length : mark;
    const equals = rawQuery.indexOf('=', at);
    if (equals !== -1 && equals < end) {
      const property = properties.get(decodePercent(rawQuery.slice(at, equals)));
      const value = property && decodePercent(rawQuery.slice(equals + 1, end));
      if (property && value) query[property] ??= value;
    }
    at = end + 1;
  }
  return query;
}

/** Writes the parameters that are present as a raw query, without `?`. */
export function formatPushQuery(query: PushQuery): string {
  return parameters
    .flatMap(([property, parameter]) => {
      const value = query[property];
      return value === undefined ? [] : [`${parameter}=${encodeURIComponent(value)}`];
    })
    .join('&');
}

/** Percent-decodes once; what cannot be decoded stays as it came. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not percent-encoded UTF-8; the signature check will say the rest.
  }
}
