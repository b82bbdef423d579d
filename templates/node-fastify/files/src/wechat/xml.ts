// WeChat's XML is flat and small: no attributes, no comments, no DOCTYPE. Values stay text, because
// MsgId has more digits than a JavaScript number and `007` is not 7.
import { Refusal } from './refusal.ts';

/** Text, further fields, or a list, by name. */
export interface Fields {
  readonly [name: string]: FieldValue | undefined;
}
export type FieldValue = string | number | Fields | readonly FieldValue[];

interface Element {
  readonly name: string;
  readonly fields: Record<string, FieldValue>;
  text: string;
}

/** CDATA, an opening or empty tag, a closing tag, text. */
const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<([A-Za-z_][\w.-]*)(\/?)>|<\/([A-Za-z_][\w.-]*)>|([^<]+)/y;
const DEEPEST = 16;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

export function parseXml(text: string): Fields {
  const root = newElement('');
  const open = [root];
  TOKEN.lastIndex = /^\s*<\?xml[^<>]*\?>/.exec(text)?.[0].length ?? 0;
  while (TOKEN.lastIndex < text.length) {
    const [whole = '', cdata, start, isEmpty, end, plain] = TOKEN.exec(text) ?? [];
    const current = open.at(-1) ?? root;
    if (start && isEmpty) addField(current, start, '');
    else if (start && open.length <= DEEPEST) open.push(newElement(start));
    else if (end && open.length > 1 && end === current.name) {
      open.pop();
      addField(open.at(-1) ?? root, end, contentOf(current));
    } else if (cdata !== undefined) current.text += cdata;
    else if (plain !== undefined) current.text += plain.trim() && decodeEntities(plain);
    else throw new Refusal(400, `not the XML of a push${whole && `: ${whole.slice(0, 20)}`}`);
  }
  const { xml } = root.fields;
  if (open.length > 1 || root.text || !isFields(xml)) throw new Refusal(400, 'expected one <xml>');
  return xml;
}

/** Writes a reply: numbers bare, text as CDATA. */
export function formatXml(fields: Fields): string {
  return `<xml>${formatFields(fields)}</xml>`;
}

function isFields(value: FieldValue | undefined): value is Fields {
  return typeof value === 'object' && !Array.isArray(value);
}

function newElement(name: string): Element {
  return { name, text: '', fields: Object.create(null) };
}

function contentOf({ fields, text }: Element): FieldValue {
  return Object.keys(fields).length > 0 ? fields : text;
}

function addField({ fields }: Element, name: string, value: FieldValue): void {
  const before = fields[name];
  fields[name] = before === undefined ? value : [before, value].flat();
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(#x[\da-f]{1,6}|#\d{1,7}|\w{0,20})(;?)/gi,
    (whole, name: string, end: string) => {
      const code = Number(name.replace(/^#x/i, '0x').replace('#', ''));
      if (end && name.startsWith('#') && code <= 0x10ffff) return String.fromCodePoint(code);
      const character = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (!end || character === undefined) throw new Refusal(400, `bad entity ${whole}`);
      return character;
    },
  );
}

function formatFields(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((item) => [name, formatValue(item)]))
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join('');
}

function formatValue(value: FieldValue | undefined): string {
  if (typeof value === 'number') return String(value);
  if (isFields(value)) return formatFields(value);
  // XML cannot hold these characters at all, and `]]>` would end the CDATA.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
  const text = String(value ?? '').replace(illegal, '');
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
