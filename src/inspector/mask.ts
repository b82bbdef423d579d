/** What stands where a secret was. */
const maskText = '***';

/** Takes secrets out of what is kept. */
export interface Masker {
  /** `text` without the project's secrets and without tokens that its field names give away. */
  text(text: string): string;
  /** A URL or the target of a request; the parameters of a push stay, except tokens. */
  url(url: string): string;
  /** The value of a header field. */
  header(name: string, value: string): string;
}

/** Fields that carry a credential whatever their value is. RFC 9110 §11, RFC 6265. */
const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'proxy-authenticate',
]);

/** Names of header fields that people invent for the same. */
const secretHeaderName = /(^|[-_])(token|secret|password|passwd|api-?key|session)([-_]|$)/iu;

/** Parameters of WeChat's server API, and what apps call theirs. */
const secretParameter =
  /([?&;](?:[a-z_]*(?:access_token|refresh_token|ticket|secret|password|session_key)|token)=)[^&#;\s"'<>]+/giu;

/** The same in a body: a form, JSON, or XML. A message may hold the word alone, which is no secret. */
const secretMember =
  /((?:^|[^a-z_])(?:[a-z_]*access_token|[a-z_]*refresh_token|app_?secret|session_key)(?:"\s*:\s*"|=|>(?:<!\[CDATA\[)?))[^"&\s<\]]+/giu;

/** A Token may have three letters, which are part of many words: shorter ones are masked only where they stand alone. */
const aloneBelow = 8;

/** Masks `secrets`, in every spelling in which they may be written, and what its name tells to be one. */
export function createMasker(secrets: readonly string[]): Masker {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].filter((secret) => secret !== '');
  // The longest first, so that a secret which is part of another leaves no rest of it.
  const patterns = spellings.toSorted((one, other) => other.length - one.length).map(patternOf);
  const known = (text: string): string =>
    patterns.reduce(
      (masked, { secret, pattern }) =>
        masked.includes(secret) ? masked.replace(pattern, maskText) : masked,
      text,
    );
  const url = (text: string): string => known(text.replace(secretParameter, `$1${maskText}`));
  return {
    text: (text) => known(url(text).replace(secretMember, `$1${maskText}`)),
    url,
    header: (name, value) => {
      if (secretHeaders.has(name.toLowerCase()) || secretHeaderName.test(name)) return maskText;
      return url(value);
    },
  };
}

function spellingsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

function patternOf(secret: string): { secret: string; pattern: RegExp } {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/gu, String.raw`\$&`);
  const source = secret.length < aloneBelow ? `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])` : literal;
  return { secret, pattern: new RegExp(source, 'g') };
}
