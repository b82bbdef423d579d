import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isList,
  maxDepth,
  maxFields,
  type Fields,
  type FieldValue,
} from './fields.ts';

/**
 * Reads one JSON text (RFC 8259) into fields. Unlike `JSON.parse` it keeps the digits of numbers and refuses two values under one name;
 * the time is linear in the length whatever a stranger sends, because this runs before the signature can be checked.
 */
export class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #left = maxFields;

  constructor(text: string) {
    this.#text = text;
  }

  /** The fields of the object that the text is; see `parseJson` for what is refused. */
  read(): Fields {
    this.#skipBlank();
    if (this.#text[this.#at] !== '{') this.#fail('the JSON is not an object');
    const fields = this.#readObject();
    this.#skipBlank();
    if (this.#at < this.#text.length) this.#fail('text after the JSON');
    return fields;
  }

  #readObject(): Fields {
    const fields = createFields();
    this.#descend();
    for (let hasMore = !this.#takes('}'); hasMore; hasMore = this.#continues('}')) {
      this.#skipBlank();
      if (this.#text[this.#at] !== '"') this.#fail('a name in quotes is missing');
      const name = this.#readString();
      if (!this.#takes(':')) this.#fail('":" is missing');
      const value = this.#readValue();
      const earlier = fields[name];
      // Whoever reads the first and whoever reads the last would hear two things.
      if (earlier !== undefined && !isSame(earlier, value)) {
        this.#fail(`two values under the name ${JSON.stringify(name)}`);
      }
      fields[name] = value;
    }
    this.#depth -= 1;
    return fields;
  }

  #readList(): readonly FieldValue[] {
    const items: FieldValue[] = [];
    this.#descend();
    for (let hasMore = !this.#takes(']'); hasMore; hasMore = this.#continues(']')) {
      items.push(this.#readValue());
    }
    this.#depth -= 1;
    return items;
  }

  #readValue(): FieldValue {
    this.#left -= 1;
    if (this.#left < 0) this.#fail(`more than ${maxFields} values`);
    this.#skipBlank();
    const first = this.#text[this.#at];
    if (first === '"') return this.#readString();
    if (first === '{') return this.#readObject();
    if (first === '[') return this.#readList();
    literal.lastIndex = this.#at;
    const [text] = literal.exec(this.#text) ?? this.#fail('a value is missing');
    this.#at += text.length;
    return text === 'null' ? '' : text;
  }

  #readString(): string {
    const text = this.#text;
    const start = this.#at;
    let end = text.indexOf('"', start + 1);
    while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end === -1) this.#fail('a text without an end');
    const quoted = text.slice(start, end + 1);
    this.#at = end + 1;
    // Escapes, and control characters that must be escaped, are the business of Node's own parser.
    return needsParsing.test(quoted) ? this.#unescape(quoted) : quoted.slice(1, -1);
  }

  #unescape(quoted: string): string {
    try {
      return String(JSON.parse(quoted));
    } catch {
      return this.#fail('an escape or character that JSON does not allow'); // The only failure of a quoted text.
    }
  }

  #descend(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > maxDepth) this.#fail(`more than ${maxDepth} levels`);
  }

  /** Whether another member follows; moves behind the comma or the `end`. */
  #continues(end: '}' | ']'): boolean {
    if (this.#takes(',')) return true;
    if (!this.#takes(end)) this.#fail(`"," or "${end}" is missing`);
    return false;
  }

  /** Moves behind `mark` where it comes next. */
  #takes(mark: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #skipBlank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #fail(problem: string): never {
    throw new WxDevError('WXD1203', { problem: `${problem}, at position ${this.#at}` });
  }
}

/** A number or a name (RFC 8259 sections 3 and 6), at `lastIndex`; not followed by what would make it another one. */
const literal = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

// oxlint-disable-next-line no-control-regex -- exactly these must be escaped in JSON
const needsParsing = /[\\\u0000-\u001f]/;

/** Whether the quote at `quote` belongs to the text: an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let start = quote;
  while (text[start - 1] === '\\') start -= 1;
  return (quote - start) % 2 === 1;
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return isList(a) === isList(b) && JSON.stringify(a) === JSON.stringify(b);
}
