import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isList,
  maxDepth,
  maxFields,
  type Fields,
  type FieldValue,
  type MutableFields,
} from './fields.ts';
import {
  endOfXmlName,
  isXmlCharacter,
  isXmlName,
  xmlDeclaration,
  xmlEntities,
} from './xml-syntax.ts';

/** Codes of the characters that follow `<`, and of the one that ends a tag. */
const [slash, exclamationMark, questionMark, greaterThan] = [0x2f, 0x21, 0x3f, 0x3e];

/** An element that has not ended yet. */
interface OpenElement {
  readonly name: string;
  /** Absent around the root. */
  readonly parent?: OpenElement | undefined;
  /** Absent until an element inside has ended: then it is text. */
  fields?: MutableFields | undefined;
  text: string;
}

/**
 * Reads one XML text into fields, in one pass and without events: every search is for a fixed text from where the last one ended, so the
 * time is linear in the length whatever a stranger sends (this runs before the signature can be checked).
 */
export class XmlReader {
  readonly #text: string;
  readonly #rootName: string;
  #at = 0;
  /** Stands around the root. */
  readonly #document = openElement('');
  #current = this.#document;
  #depth = 0;
  #count = 0;
  #root: Fields | undefined;

  constructor(text: string, rootName: string) {
    this.#text = text;
    this.#rootName = rootName;
  }

  /** The fields inside the root; see `parseXml` for what is refused. */
  read(): Fields {
    const text = this.#text;
    if (!text.isWellFormed()) this.#fail('half a surrogate pair');
    if (text.startsWith('\u{FEFF}')) this.#at = 1;
    this.#skip(xmlDeclaration);
    for (;;) {
      const mark = text.indexOf('<', this.#at);
      const end = mark === -1 ? text.length : mark;
      if (end > this.#at) this.#onText(this.#at, end);
      this.#at = end;
      if (mark === -1) break;
      this.#readMarkup(text.charCodeAt(mark + 1));
    }
    if (this.#depth > 0) this.#fail(`unclosed tag: ${this.#current.name}`);
    return this.#root ?? this.#fail('the text has no root element');
  }

  #readMarkup(second: number): void {
    if (second === slash) this.#readEndTag();
    else if (second === exclamationMark) this.#readDeclaration();
    else if (second === questionMark) this.#readInstruction();
    else this.#readStartTag();
  }

  #readStartTag(): void {
    this.#at += 1;
    const name = this.#readName() ?? this.#fail('disallowed character in tag name');
    if (this.#text.charCodeAt(this.#at) === greaterThan) {
      this.#at += 1;
      this.#onOpen(name);
      return;
    }
    this.#readAttributes();
    const isEmpty = this.#text.charCodeAt(this.#at) === slash;
    if (isEmpty) this.#at += 1;
    if (this.#text.charCodeAt(this.#at) !== greaterThan) this.#fail('disallowed character in tag');
    this.#at += 1;
    this.#onOpen(name);
    if (isEmpty) this.#onClose();
  }

  /** Attributes are checked and dropped. */
  #readAttributes(): void {
    const names = new Set<string>();
    while (this.#skip(/[ \t\r\n]+/y)) {
      const name = this.#readName();
      if (name === undefined) return;
      if (names.has(name)) this.#fail(`duplicate attribute: ${name}`);
      names.add(name);
      if (!this.#skip(/[ \t\r\n]*=[ \t\r\n]*/y)) this.#fail('attribute without value');
      const quote = this.#text[this.#at] ?? '';
      const end = this.#text.indexOf(quote, this.#at + 1);
      if ((quote !== '"' && quote !== "'") || end === -1) this.#fail('unquoted attribute value');
      const value = this.#text.slice(this.#at + 1, end);
      if (value.includes('<')) this.#fail('disallowed character in attribute value');
      this.#decode(value);
      this.#at = end + 1;
    }
  }

  #readEndTag(): void {
    const { name } = this.#current;
    const end = this.#at + 2 + name.length;
    if (this.#depth === 0 || !this.#text.startsWith(name, this.#at + 2)) {
      this.#fail('unexpected close tag');
    }
    this.#at = end;
    this.#skip(/[ \t\r\n]+/y);
    if (this.#text.charCodeAt(this.#at) !== greaterThan) this.#fail('unexpected close tag');
    this.#at += 1;
    this.#onClose();
  }

  /** What begins with `<!`: CDATA, a comment, or a DOCTYPE, which is refused. */
  #readDeclaration(): void {
    const text = this.#text;
    const start = this.#at;
    if (text.startsWith('<![CDATA[', start)) {
      if (this.#depth === 0) this.#fail('text outside the root element');
      const end = this.#find(']]>', start + '<![CDATA['.length, 'unclosed CDATA');
      // Not normalised: what a follower typed stays as it was sent.
      this.#current.text += text.slice(start + '<![CDATA['.length, end);
      this.#at = end + ']]>'.length;
    } else if (text.startsWith('<!--', start)) {
      const end = this.#find('--', start + '<!--'.length, 'unclosed comment');
      this.#at = end;
      if (text[end + 2] !== '>') this.#fail('malformed comment');
      this.#at = end + '-->'.length;
    } else if (text.startsWith('<!DOCTYPE', start)) {
      this.#refuse('DOCTYPE');
    } else this.#fail('disallowed character in markup');
  }

  #readInstruction(): void {
    this.#at += '<?'.length;
    const target = this.#readName() ?? this.#fail('processing instruction without a name');
    if (target.toLowerCase() === 'xml') this.#fail('the XML declaration is malformed or not first');
    if (!/[ \t\r\n?]/.test(this.#text[this.#at] ?? '')) this.#fail('malformed instruction');
    this.#at = this.#find('?>', this.#at, 'unclosed processing instruction') + '?>'.length;
  }

  #onOpen(name: string): void {
    this.#depth += 1;
    this.#count += 1;
    if (this.#depth === 1 && this.#root !== undefined) this.#fail('a second root element');
    if (this.#depth === 1 && name !== this.#rootName) this.#fail(`the root is <${name}>`);
    if (this.#depth > maxDepth) this.#fail(`more than ${maxDepth} levels`);
    if (this.#count > maxFields) this.#fail(`more than ${maxFields} elements`);
    this.#checkBlank(this.#current);
    this.#current = openElement(name, this.#current);
  }

  #onText(start: number, end: number): void {
    const raw = this.#text.slice(start, end);
    if (raw.includes(']]>')) this.#fail('the string "]]>" is disallowed in text');
    const value = this.#decode(raw);
    if (this.#depth > 0) this.#current.text += value;
    else if (/[^ \t\r\n]/.test(value)) this.#fail('text outside the root element');
  }

  #onClose(): void {
    const { name, parent = this.#document, fields, text } = this.#current;
    if (fields !== undefined || this.#depth === 1) this.#checkBlank(this.#current);
    if (this.#depth === 1) this.#root = fields ?? createFields();
    else append((parent.fields ??= createFields()), name, fields ?? text);
    this.#current = parent;
    this.#depth -= 1;
  }

  /** Fields would hide text that stands beside elements. Dropping what was checked keeps the work linear. */
  #checkBlank(element: OpenElement): void {
    if (element.text === '') return;
    if (/[^ \t\r\n]/.test(element.text))
      this.#fail(`text beside the elements of <${element.name}>`);
    element.text = '';
  }

  /** Text outside CDATA: line ends as XML has them, references replaced. */
  #decode(raw: string): string {
    if (!/[&\r]/.test(raw)) return raw;
    return this.#replaceReferences(raw.replaceAll(/\r\n?/g, '\n'));
  }

  #replaceReferences(text: string): string {
    let replaced = '';
    let from = 0;
    for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
      const end = text.indexOf(';', at);
      if (end === -1) this.#fail('an "&" that refers to nothing');
      replaced += text.slice(from, at) + this.#resolve(text.slice(at + 1, end));
      from = end + 1;
    }
    return from === 0 ? text : replaced + text.slice(from);
  }

  #resolve(reference: string): string {
    const entity = xmlEntities.get(reference);
    if (entity !== undefined) return entity;
    if (isXmlName(reference)) this.#refuse('entity');
    const digits = /^#(?:([0-9]+)|x([0-9a-fA-F]+))$/.exec(reference);
    if (digits === null) this.#fail('an "&" that refers to nothing');
    const code = digits[2] === undefined ? Number(digits[1]) : Number.parseInt(digits[2], 16);
    if (!isXmlCharacter(code)) this.#fail('malformed character entity');
    return String.fromCodePoint(code);
  }

  #readName(): string | undefined {
    const start = this.#at;
    const end = endOfXmlName(this.#text, start);
    this.#at = end;
    return end === start ? undefined : this.#text.slice(start, end);
  }

  /** Moves behind `pattern`, which is sticky, where it matches. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #find(mark: string, from: number, problem: string): number {
    const at = this.#text.indexOf(mark, from);
    return at === -1 ? this.#fail(problem) : at;
  }

  #fail(problem: string): never {
    throw new WxDevError('WXD1201', { problem, ...this.#place() });
  }

  #refuse(construct: 'DOCTYPE' | 'entity'): never {
    throw new WxDevError('WXD1202', { construct, ...this.#place() });
  }

  #place(): { line: number; column: number } {
    const lines = this.#text.slice(0, this.#at).split(/\r\n?|\n/);
    return { line: lines.length, column: (lines.at(-1) ?? '').length };
  }
}

function openElement(name: string, parent?: OpenElement): OpenElement {
  return { name, parent, fields: undefined, text: '' };
}

function append(fields: MutableFields, name: string, value: FieldValue): void {
  const existing = fields[name];
  if (existing === undefined) fields[name] = value;
  // Lists among fields under construction are ours, made in the next line.
  else if (isList(existing)) (existing as FieldValue[]).push(value);
  else fields[name] = [existing, value];
}
