import { SaxesParser } from 'saxes';
import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isList,
  maxDepth,
  maxFields,
  type Fields,
  type FieldValue,
  type FormatOptions,
  type MutableFields,
} from './fields.ts';
import { isNumberField } from './numbers.ts';

/**
 * Reads the fields inside the root element, `<xml>` unless told otherwise. Every value stays text: `007` and a 19-digit MsgId come out as they went in.
 * Repeated elements become a list, white space between elements and attributes are dropped.
 *
 * Two deliberate differences from XML 1.0, because WeChat puts what followers type into CDATA as it is: CRLF and CR in CDATA stay (XML
 * makes them LF; text outside CDATA follows XML), and control characters are let through (XML forbids them).
 *
 * @throws WXD1201 when the text is not well-formed, has another root, or is too deep or too large.
 * @throws WXD1202 when it has a DOCTYPE or uses an entity beyond XML's own five.
 */
export function parseXml(text: string, { root = 'xml' }: ParseXmlOptions = {}): Fields {
  return new Reader(text, root).read();
}

/** How XML is read. */
export interface ParseXmlOptions {
  /** Name of the outermost element; a refund's `req_info` has `root`. @default 'xml' */
  readonly root?: string | undefined;
}

/** An element that has not ended yet. */
interface OpenElement {
  readonly name: string;
  /** Absent for the root. */
  readonly parent?: OpenElement | undefined;
  readonly fields: MutableFields;
  hasFields: boolean;
  text: string;
}

/** Turns saxes' events into fields; lives for one text. */
class Reader {
  readonly #text: string;
  readonly #rootName: string;
  // XML 1.1, which a declaration could ask for, would turn U+0085 and U+2028 into LF.
  readonly #parser = new SaxesParser({ defaultXMLVersion: '1.0', forceXMLVersion: true });
  /** Stands around the root. */
  readonly #document = openElement('');
  #current = this.#document;
  #depth = 0;
  #count = 0;
  #root: Fields = createFields();

  constructor(text: string, rootName: string) {
    this.#text = text;
    this.#rootName = rootName;
    this.#parser.on('doctype', () => {
      this.#refuse('DOCTYPE');
    });
    this.#parser.on('error', ({ message }) => {
      this.#onError(message.replace(/^\d+:\d+: /u, '').replace(/\.$/u, ''));
    });
    this.#parser.on('opentag', ({ name }) => {
      this.#onOpen(name);
    });
    this.#parser.on('text', (value) => {
      this.#onText(value);
    });
    this.#parser.on('cdata', (value) => {
      this.#onText(this.#asSent(value));
    });
    this.#parser.on('closetag', () => {
      this.#onClose();
    });
  }

  read(): Fields {
    // saxes pairs a lone surrogate with whatever follows, a "<" included.
    if (/\p{Cs}/u.test(this.#text)) this.#fail('half a surrogate pair');
    this.#parser.write(this.#text).close();
    return this.#root;
  }

  #onOpen(name: string): void {
    this.#depth += 1;
    this.#count += 1;
    if (this.#depth === 1 && name !== this.#rootName) this.#fail(`the root is <${name}>`);
    if (this.#depth > maxDepth) this.#fail(`more than ${maxDepth} levels`);
    if (this.#count > maxFields) this.#fail(`more than ${maxFields} elements`);
    this.#checkBlank(this.#current);
    this.#current.hasFields = true;
    this.#current = openElement(name, this.#depth === 1 ? undefined : this.#current);
  }

  #onText(value: string): void {
    this.#current.text += value;
  }

  #onClose(): void {
    const element = this.#current;
    const { name, parent, fields, hasFields, text } = element;
    if (hasFields || parent === undefined) this.#checkBlank(element);
    if (parent === undefined) this.#root = fields;
    else append(parent.fields, name, hasFields ? fields : text);
    this.#current = parent ?? this.#document;
    this.#depth -= 1;
  }

  /** Fields would hide text that stands beside elements. Dropping what was checked keeps the work linear. */
  #checkBlank(element: OpenElement): void {
    if (/[^ \t\r\n]/u.test(element.text))
      this.#fail(`text beside the elements of <${element.name}>`);
    element.text = '';
  }

  /** The CDATA section that just ended, with its line ends as they were sent. */
  #asSent(normalised: string): string {
    if (!this.#text.includes('\r')) return normalised;
    const end = this.#parser.position - ']]>'.length;
    let start = end;
    for (let left = normalised.length; left > 0; left -= 1) {
      start -= this.#text.startsWith('\r\n', start - 2) ? 2 : 1;
    }
    return this.#text.slice(start, end);
  }

  #onError(message: string): void {
    if (message === 'disallowed character') return; // A control character: see parseXml.
    if (message === 'undefined entity') this.#refuse('entity');
    this.#fail(message);
  }

  #fail(problem: string): never {
    throw new WxDevError('WXD1201', { problem, ...this.#place() });
  }

  #refuse(construct: 'DOCTYPE' | 'entity'): never {
    throw new WxDevError('WXD1202', { construct, ...this.#place() });
  }

  #place(): { line: number; column: number } {
    return { line: this.#parser.line, column: this.#parser.column };
  }
}

function openElement(name: string, parent?: OpenElement): OpenElement {
  return { name, parent, fields: createFields(), hasFields: false, text: '' };
}

function append(fields: MutableFields, name: string, value: FieldValue): void {
  const existing = fields[name];
  if (existing === undefined) fields[name] = value;
  // Lists among fields under construction are ours, made in the next line.
  else if (isList(existing)) (existing as FieldValue[]).push(value);
  else fields[name] = [existing, value];
}

/**
 * Writes fields as `<xml>…</xml>` the way WeChat does: text in CDATA, numbers bare. `]]>` in text is split over two sections. A list
 * becomes repeated elements. Characters that XML cannot hold become U+FFFD.
 *
 * @throws WXD1209 when a field has a name that cannot be an element.
 */
export function formatXml(
  fields: Fields,
  { isNumber = isNumberField }: FormatOptions = {},
): string {
  return `<xml>${formatChildren(fields, '', isNumber)}</xml>`;
}

function formatChildren(fields: Fields, path: string, isNumber: (path: string) => boolean): string {
  return Object.entries(fields)
    .map(([name, value]) => formatElement(name, value, `${path}${name}`, isNumber))
    .join('');
}

function formatElement(
  name: string,
  value: FieldValue,
  path: string,
  isNumber: (path: string) => boolean,
): string {
  if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name)) throw new WxDevError('WXD1209', { name });
  if (isList(value)) return value.map((item) => formatElement(name, item, path, isNumber)).join('');
  if (typeof value !== 'string') {
    return `<${name}>${formatChildren(value, `${path}.`, isNumber)}</${name}>`;
  }
  const bare = /^-?\d+(?:\.\d+)?$/u.test(value) && isNumber(path);
  return `<${name}>${bare ? value : formatCdata(value)}</${name}>`;
}

function formatCdata(text: string): string {
  const legal = text.replace(
    /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu,
    '\u{FFFD}',
  );
  return `<![CDATA[${legal.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
