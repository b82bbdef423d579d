import { expect, test } from 'vitest';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { xmlish } from './arbitraries.ts';
import { fuzz, refusable } from './fuzz.ts';
import { readWithSaxes } from './saxes-reader.ts';

test('reads or refuses XML, as a parser that nobody here wrote does', () => {
  let read = 0;
  fuzz(xmlish, (text) => {
    const { value, error } = refusable(() => parseXml(text));
    if (value !== undefined) read += 1;
    // The one place where they differ on purpose: line ends in CDATA stay as they were sent.
    if (text.includes('\r') && text.includes('<![CDATA[')) return;
    const expected = readWithSaxes(text);
    if (value === undefined) expect(expected, error?.message).toBeUndefined();
    else expect(value).toEqual(expected);
  });
  // Else the pieces would make nothing but noise.
  expect(read).toBeGreaterThan(0);
});

test('reads back the XML it writes of what it read', () => {
  fuzz(xmlish, (text) => {
    const { value } = refusable(() => parseXml(text));
    if (value === undefined) return;
    const { value: written } = refusable(() => formatXml(value));
    if (written === undefined) return; // A name that XML allows and WeChat's fields do not, such as `a:b`.
    const again = parseXml(written);
    expect(formatXml(again)).toBe(written);
  });
});
