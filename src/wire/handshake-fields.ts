import { type Side, violation } from './violation.ts';

/** What each kind of text may be; all of them printable, so that they can be shown and logged as they are. */
export const patterns = {
  agent: /^[\x20-\x7e]{1,128}$/,
  session: /^[\x21-\x7e]{1,128}$/,
  name: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  secret: /^[\x21-\x7e]{16,128}$/,
  token: /^[\x21-\x7e]{1,512}$/,
  feature: /^[a-z0-9][a-z0-9-]{0,31}$/,
  /** Salt and hash in hex, see `hashLogin`. */
  login: /^[0-9a-f]{32}:[0-9a-f]{64}$/,
  /** An address, or a range such as `10.0.0.0/8`. */
  range: /^[0-9A-Fa-f.:]{2,45}(?:\/[0-9]{1,3})?$/,
  /** A path without query. */
  path: /^\/(?:[\x21\x22\x24-\x3e\x40-\x7e]){0,127}$/,
  version: /^[a-z0-9][a-z0-9.-]{0,63}$/,
  code: /^WXD40[0-9]{2}$/,
  /** Any language, but nothing that moves a terminal's cursor or turns the direction of writing. */
  line: /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]{1,512}$/u,
} as const;

const maxListItems = 32;
const maxUrlChars = 2_048;
/** A day: longer waits are better decided by the user. */
const maxDurationMs = 86_400_000;

/** The fields of one JSON object that came from the other side. Unknown fields are ignored. Every method throws WXD4009. */
export class HandshakeFields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #side: Side;
  readonly #frame: string;

  private constructor(values: ReadonlyMap<string, unknown>, side: Side, frame: string) {
    this.#values = values;
    this.#side = side;
    this.#frame = frame;
  }

  /** Reads UTF-8 JSON whose size the caller has checked. */
  static parse(bytes: Uint8Array, side: Side, frame: string): HandshakeFields {
    let content: unknown;
    try {
      content = JSON.parse(
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      );
    } catch {
      throw violation(side, `${frame} is not JSON in UTF-8`);
    }
    if (typeof content !== 'object' || content === null || Array.isArray(content))
      throw violation(side, `${frame} is not a JSON object`);
    return new HandshakeFields(new Map(Object.entries(content)), side, frame);
  }

  protocol(): 1 {
    if (this.#values.get('protocol') !== 1) throw this.#wrong('protocol', 'the number 1');
    return 1;
  }

  text(key: string, pattern: RegExp): string {
    const value = this.#values.get(key);
    if (typeof value !== 'string' || !pattern.test(value)) throw this.#wrong(key, `${pattern}`);
    return value;
  }

  optionalText(key: string, pattern: RegExp): string | undefined {
    return this.#values.has(key) ? this.text(key, pattern) : undefined;
  }

  list(key: string, pattern: RegExp): readonly string[] {
    const value: unknown = this.#values.get(key);
    const expected = `a list of at most ${maxListItems} texts ${pattern}`;
    if (!Array.isArray(value) || value.length > maxListItems) throw this.#wrong(key, expected);
    return value.map((item: unknown) => {
      if (typeof item !== 'string' || !pattern.test(item)) throw this.#wrong(key, expected);
      return item;
    });
  }

  /** As `list`; empty when it is absent. */
  optionalList(key: string, pattern: RegExp): readonly string[] {
    return this.#values.has(key) ? this.list(key, pattern) : [];
  }

  duration(key: string): number {
    const value = this.#values.get(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxDurationMs)
      throw this.#wrong(key, `whole milliseconds from 0 to ${maxDurationMs}`);
    return value;
  }

  optionalDuration(key: string): number | undefined {
    return this.#values.has(key) ? this.duration(key) : undefined;
  }

  /** A number of bytes. */
  count(key: string): number {
    const value = this.#values.get(key);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw this.#wrong(key, 'a whole number from 0 to 2^53');
    return value;
  }

  optionalCount(key: string): number | undefined {
    return this.#values.has(key) ? this.count(key) : undefined;
  }

  /** An `http:` or `https:` origin or URL without credentials, in printable ASCII. */
  httpUrl(key: string): string {
    const value = this.text(key, /^https?:\/\/[\x21-\x7e]+$/);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (
      value.length > maxUrlChars ||
      url === undefined ||
      url.username !== '' ||
      url.password !== ''
    )
      throw this.#wrong(key, 'an http or https URL without credentials');
    return value;
  }

  #wrong(key: string, expected: string): Error {
    return violation(this.#side, `${this.#frame} field ${key} is not ${expected}`);
  }
}
