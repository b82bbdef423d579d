import { SaxesParser } from 'saxes';
import {
  createFields,
  isList,
  maxDepth,
  maxFields,
  type Fields,
  type FieldValue,
  type MutableFields,
} from '../../src/wechat/fields.ts';

/** What a reader made of a text: the fields, or nothing because it refused. */
export type Reading = Fields | undefined;

interface OpenElement {
  readonly name: string;
  readonly parent?: OpenElement | undefined;
  readonly fields: MutableFields;
  hasFields: boolean;
  text: string;
}

class Refused extends Error {}

/** Reads as `parseXml` documents it, by a parser nobody here wrote: what our own reader is compared with. */
export function readWithSaxes(text: string): Reading {
  if (/\p{Cs}/u.test(text)) return undefined;
  const parser = new SaxesParser({ defaultXMLVersion: '1.0', forceXMLVersion: true });
  const document = openElement('');
  let current = document;
  let depth = 0;
  let count = 0;
  let root: Fields = createFields();
  const refuse = (): never => {
    throw new Refused();
  };
  const checkBlank = (element: OpenElement): void => {
    if (/[^ \t\r\n]/u.test(element.text)) refuse();
    element.text = '';
  };
  parser.on('doctype', refuse);
  parser.on('error', ({ message }) => {
    // Control characters are let through; saxes says the same of a "<" in an attribute.
    const isControl =
      message.endsWith('disallowed character.') && text[parser.position - 1] !== '<';
    if (!isControl) refuse();
  });
  parser.on('opentag', ({ name }) => {
    depth += 1;
    count += 1;
    if ((depth === 1 && name !== 'xml') || depth > maxDepth || count > maxFields) refuse();
    checkBlank(current);
    current.hasFields = true;
    current = openElement(name, depth === 1 ? undefined : current);
  });
  parser.on('text', (value) => {
    current.text += value;
  });
  parser.on('cdata', (value) => {
    current.text += value;
  });
  parser.on('closetag', () => {
    const { name, parent, fields, hasFields, text: content } = current;
    if (hasFields || parent === undefined) checkBlank(current);
    if (parent === undefined) root = fields;
    else append(parent.fields, name, hasFields ? fields : content);
    current = parent ?? document;
    depth -= 1;
  });
  try {
    parser.write(text).close();
    return root;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function openElement(name: string, parent?: OpenElement): OpenElement {
  return { name, parent, fields: createFields(), hasFields: false, text: '' };
}

function append(fields: MutableFields, name: string, value: FieldValue): void {
  const existing = fields[name];
  if (existing === undefined) fields[name] = value;
  else if (isList(existing)) (existing as FieldValue[]).push(value);
  else fields[name] = [existing, value];
}
