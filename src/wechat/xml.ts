import { WxDevError } from '../core/errors.ts';
import { isList, type Fields, type FieldValue, type FormatOptions } from './fields.ts';
import { isNumberField } from './numbers.ts';
import { XmlReader } from './xml-reader.ts';

/**
 * Reads the fields inside the root element, `<xml>` unless told otherwise. Every value stays text: `007` and a 19-digit MsgId come out as
 * they went in. Repeated elements become a list, white space between elements and attributes are dropped.
 *
 * Two deliberate differences from XML 1.0, because WeChat puts what followers type into CDATA as it is: CRLF and CR in CDATA stay (XML
 * makes them LF; text outside CDATA follows XML), and control characters are let through (XML forbids them).
 *
 * @throws WXD1201 when the text is not well-formed, has another root, or is too deep or too large.
 * @throws WXD1202 when it has a DOCTYPE or uses an entity beyond XML's own five.
 */
export function parseXml(text: string, { root = 'xml' }: ParseXmlOptions = {}): Fields {
  return new XmlReader(text, root).read();
}

/** How XML is read. */
export interface ParseXmlOptions {
  /** Name of the outermost element; a refund's `req_info` has `root`. @default 'xml' */
  readonly root?: string | undefined;
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

/** `prefix` is the path of the element around, with a dot. */
function formatChildren(
  fields: Fields,
  prefix: string,
  isNumber: (path: string) => boolean,
): string {
  let text = '';
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined) throw new TypeError(`${name} is undefined`);
    if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name)) throw new WxDevError('WXD1209', { name });
    text += formatElement(name, value, prefix, isNumber);
  }
  return text;
}

function formatElement(
  name: string,
  value: FieldValue,
  prefix: string,
  isNumber: (path: string) => boolean,
): string {
  if (isList(value)) {
    return value.map((item) => formatElement(name, item, prefix, isNumber)).join('');
  }
  if (typeof value !== 'string') {
    return `<${name}>${formatChildren(value, `${prefix}${name}.`, isNumber)}</${name}>`;
  }
  const bare = /^-?\d+(?:\.\d+)?$/u.test(value) && isNumber(prefix + name);
  return `<${name}>${bare ? value : formatCdata(value)}</${name}>`;
}

/** Writes text as CDATA: `]]>` is split over two sections, and characters that XML cannot hold become U+FFFD. */
export function formatCdata(text: string): string {
  const legal = isLegal(text) ? text : text.replaceAll(illegal, '\u{FFFD}');
  const whole = legal.includes(']]>') ? legal.replaceAll(']]>', ']]]]><![CDATA[>') : legal;
  return `<![CDATA[${whole}]]>`;
}

const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Whether XML can hold every character of `text`. Much faster than the pattern above, which reads whole characters. */
export function isLegal(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text) && text.isWellFormed();
}
