import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFields, maxDepth, maxFields, type Fields } from '../../src/wechat/fields.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { codeOf, errorOf } from './helpers.ts';

/** Fields as a plain object, to compare with one. */
function plain(fields: Fields): unknown {
  return JSON.parse(JSON.stringify(fields));
}

test.each([
  [
    '<xml><a>007</a><b>25000000000000017</b><c>1.10</c></xml>',
    { a: '007', b: '25000000000000017', c: '1.10' },
  ],
  ['<xml><a>true</a><b/><c></c><d><![CDATA[]]></d></xml>', { a: 'true', b: '', c: '', d: '' }],
  ['<xml><a> x </a><b><![CDATA[ y ]]></b></xml>', { a: ' x ', b: ' y ' }],
  ['<xml>\n  <a>\r\n    <b>1</b>\r\n  </a>\n</xml>\n', { a: { b: '1' } }],
  ['<xml><i>1</i><i>2</i><i>3</i></xml>', { i: ['1', '2', '3'] }],
  ['<xml><i><a>1</a></i><i/></xml>', { i: [{ a: '1' }, ''] }],
  ['<xml><a>&lt;&gt;&amp;&quot;&apos;&#65;&#x4F60;</a></xml>', { a: `<>&"'A你` }],
  ['<xml><a><![CDATA[<b>&amp;</b>]]></a></xml>', { a: '<b>&amp;</b>' }],
  ['<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>', { a: ']]>' }],
  ['<xml><a>x<![CDATA[y]]>z</a></xml>', { a: 'xyz' }],
  ['<xml><a><![CDATA[😀👨‍👩‍👧\u{1F1E8}\u{1F1F3}]]></a></xml>', { a: '😀👨‍👩‍👧\u{1F1E8}\u{1F1F3}' }],
  ['<?xml version="1.0" encoding="utf-8"?>\n<xml><a>1</a></xml>', { a: '1' }],
  ['\u{FEFF}<xml><a>1</a></xml>', { a: '1' }],
  ['<xml x="1"><a y="2">1</a><!-- <b>2</b> --><?pi x?></xml>', { a: '1' }],
  ['<xml></xml>', {}],
  ['<xml/>', {}],
  ['<xml ><a\n>1</a\t></xml >', { a: '1' }],
])('reads %s', (text, expected) => {
  expect(plain(parseXml(text))).toEqual(expected);
});

test.each([
  'a\r\nb',
  '\r\n',
  '\r',
  '\n\r',
  '\r\r\n\n',
  'a\r',
  '\rb',
  '\r\n\r\n你\r\n😀\r',
  ']]\r>',
])('keeps the line ends of CDATA: %j', (content) => {
  const text = `<?xml version="1.0"?>\r\n<xml>\r\n<a>\r<b>x\r\n</b><c><![CDATA[${content}]]></c></a>\r</xml>\r\n`;
  expect(parseXml(text)['a']).toEqual(
    createFields([
      ['b', 'x\n'],
      ['c', content],
    ]),
  );
  const twice = `<xml><c><![CDATA[${content}]]><![CDATA[\r]]></c></xml>`;
  expect(parseXml(twice)['c']).toBe(`${content}\r`);
});

test.each(['\u{0}', '\u{8}', '\u{B}', '\u{1F}', '\u{7F}', '\u{FFFE}', '\u{FFFF}'])(
  'lets through what followers can type although XML forbids it: %j',
  (character) => {
    const content = `a${character}b\r\n`;
    expect(parseXml(`<xml><a><![CDATA[${content}]]></a></xml>`)['a']).toBe(content);
  },
);

test('reads as XML 1.0 whatever the declaration asks for', () => {
  const content = '\u{85}\u{2028}\r\u{85}\r\n';
  const text = `<?xml version="1.1"?><xml><a><![CDATA[${content}]]></a></xml>`;
  expect(parseXml(text)['a']).toBe(content);
});

test('keeps fields that are named like parts of an object', () => {
  const fields = parseXml(
    '<xml><__proto__><x>1</x></__proto__><constructor>2</constructor><toString>3</toString><hasOwnProperty>4</hasOwnProperty></xml>',
  );
  expect(Object.keys(fields)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
  expect(Object.getPrototypeOf(fields)).toBeNull();
  expect(Object.getPrototypeOf(fields['__proto__'])).toBeNull();
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test.each([
  ['', 'WXD1201'],
  ['   ', 'WXD1201'],
  ['hello', 'WXD1201'],
  ['<xml>', 'WXD1201'],
  ['<xml><a></xml>', 'WXD1201'],
  ['<xml><a></b></xml>', 'WXD1201'],
  ['<xml></xml><xml></xml>', 'WXD1201'],
  ['<xml></xml>success', 'WXD1201'],
  ['success<xml></xml>', 'WXD1201'],
  ['<XML></XML>', 'WXD1201'],
  ['<html></html>', 'WXD1201'],
  ['<root/>', 'WXD1201'],
  ['<xml>text</xml>', 'WXD1201'],
  ['<xml>text<a>1</a></xml>', 'WXD1201'],
  ['<xml><a>1</a>text</xml>', 'WXD1201'],
  ['<xml><a><![CDATA[x]]><b>1</b></a></xml>', 'WXD1201'],
  ['<xml><a>]]></a></xml>', 'WXD1201'],
  ['<xml>< ![CDATA[x]]></xml>', 'WXD1201'],
  ['<xml><a>< ![CDATA[x]]></a></xml>', 'WXD1201'],
  ['<xml><a><![CDATA[x]></a></xml>', 'WXD1201'],
  ['<xml><a>&#0;</a></xml>', 'WXD1201'],
  ['<xml><a>&#xD800;</a></xml>', 'WXD1201'],
  ['<xml><a>&#x110000;</a></xml>', 'WXD1201'],
  ['<xml><a>& </a></xml>', 'WXD1201'],
  ['<xml><a b="1" b="2">1</a></xml>', 'WXD1201'],
  ['<xml><1>1</1></xml>', 'WXD1201'],
  ['<xml><a>\u{D83D}</a></xml>', 'WXD1201'],
  ['<xml><a>\u{DE00}</a></xml>', 'WXD1201'],
  ['<xml><a><![CDATA[\u{D83D}]]></a></xml>', 'WXD1201'],
  ['<!DOCTYPE xml><xml/>', 'WXD1202'],
  ['<!DOCTYPE xml [<!ENTITY a "b">]><xml><c>&a;</c></xml>', 'WXD1202'],
  ['<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', 'WXD1202'],
  ['<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]><xml/>', 'WXD1202'],
  ['<xml><a>&b;</a></xml>', 'WXD1202'],
  ['<xml><a>&nbsp;</a></xml>', 'WXD1202'],
  ['<xml><a>&toString;</a></xml>', 'WXD1202'],
  ['<xml a="&b;"/>', 'WXD1202'],
])('refuses %s', (text, code) => {
  expect(codeOf(() => parseXml(text))).toBe(code);
});

test('refuses entities that grow', () => {
  const entities = Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
  );
  const text = `<!DOCTYPE xml [<!ENTITY l0 "ha">${entities.join('')}]><xml><a>&l9;</a></xml>`;
  expect(codeOf(() => parseXml(text))).toBe('WXD1202');
});

test('says where it broke', () => {
  const error = errorOf(() => parseXml('<xml>\n<a>\n</b></xml>'));
  expect(error.details).toMatchObject({ problem: 'unexpected close tag', line: 3 });
});

test('reads the deepest allowed text and refuses one level more', () => {
  const nested = (depth: number): string =>
    `<xml>${'<a>'.repeat(depth - 1)}1${'</a>'.repeat(depth - 1)}</xml>`;
  expect(JSON.stringify(parseXml(nested(maxDepth)))).toContain('"1"');
  expect(codeOf(() => parseXml(nested(maxDepth + 1)))).toBe('WXD1201');
  expect(codeOf(() => parseXml('<xml>'.repeat(300_000)))).toBe('WXD1201');
});

test('reads as many elements as allowed and refuses one more', () => {
  expect(parseXml(`<xml>${'<a/>'.repeat(maxFields - 1)}</xml>`)['a']).toHaveLength(maxFields - 1);
  expect(codeOf(() => parseXml(`<xml>${'<a/>'.repeat(maxFields)}</xml>`))).toBe('WXD1201');
});

test('reads a megabyte of anything without slowing down more than in proportion', () => {
  const size = 1_000_000;
  const texts = [
    `<xml><a>${'&amp;'.repeat(size / 5)}</a></xml>`,
    `<xml><a><![CDATA[${'\r\n'.repeat(size / 2)}]]></a></xml>`,
    `<xml>${' '.repeat(size / 2)}${'<a/>'.repeat(10_000)}</xml>`,
    `<xml>${`${' '.repeat(50)}<a/>`.repeat(19_000)}</xml>`,
    `<xml><a>${'<![CDATA[\r]]>'.repeat(size / 13)}</a></xml>`,
    `<xml ${Array.from({ length: 50_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`,
  ];
  // A limit only for what goes quadratic, which takes minutes; each text takes some tens of milliseconds.
  const start = performance.now();
  for (const text of texts) parseXml(text);
  expect(performance.now() - start).toBeLessThan(30_000);
});

test('writes text in CDATA and numbers bare', () => {
  const fields = {
    CreateTime: '1767225600',
    Content: '5',
    MsgId: '18446744073709551615',
    ArticleCount: '-1',
  };
  expect(formatXml(fields)).toBe(
    '<xml><CreateTime>1767225600</CreateTime><Content><![CDATA[5]]></Content><MsgId>18446744073709551615</MsgId><ArticleCount>-1</ArticleCount></xml>',
  );
});

test('writes what should be a number and is none as text', () => {
  for (const text of ['', '[1767225600]', '1e5', '1</CreateTime>', ' 1', '1.', '٣']) {
    expect(formatXml({ CreateTime: text })).toBe(
      `<xml><CreateTime><![CDATA[${text}]]></CreateTime></xml>`,
    );
  }
});

test('decides about numbers by path, or as it is told', () => {
  expect(formatXml({ Location_X: '1', SendLocationInfo: { Location_X: '1' } })).toBe(
    '<xml><Location_X>1</Location_X><SendLocationInfo><Location_X><![CDATA[1]]></Location_X></SendLocationInfo></xml>',
  );
  const isNumber = (path: string): boolean => path === 'a.b';
  expect(formatXml({ a: [{ b: '1' }, { b: '2' }] }, { isNumber })).toBe(
    '<xml><a><b>1</b></a><a><b>2</b></a></xml>',
  );
});

test('splits ]]> and replaces what XML cannot hold', () => {
  const content = 'a]]>b]]]]>>\u{0}\u{B}\u{FFFE}\u{D83D}😀';
  const text = formatXml({ a: content });
  expect(parseXml(text)['a']).toBe('a]]>b]]]]>>\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}😀');
});

test.each(['', 'a b', '1a', '<a>', 'a/', 'a:b', 'a><x', '-a', 'a\n'])(
  'refuses to write an element named %j',
  (name) => {
    expect(codeOf(() => formatXml(createFields([[name, '1']])))).toBe('WXD1209');
  },
);

test('reads back what it writes', () => {
  const legal = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) =>
      text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ''),
    );
  const name = fc.constantFrom(
    'Content',
    'MsgId',
    '__proto__',
    'constructor',
    'item',
    'ToUserName',
    '名',
  );
  const { fields } = fc.letrec<{ fields: Fields; value: string | Fields | (string | Fields)[] }>(
    (tie) => ({
      // Empty fields read back as empty text and lists of one as their item: XML cannot tell.
      fields: fc
        .uniqueArray(fc.tuple(name, tie('value')), {
          minLength: 1,
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((entries) => createFields(entries)),
      value: fc.oneof(
        { maxDepth: 3 },
        legal,
        tie('fields'),
        fc.array(fc.oneof({ maxDepth: 3 }, legal, tie('fields')), { minLength: 2, maxLength: 3 }),
      ),
    }),
  );
  fc.assert(
    fc.property(fields, (value) => {
      expect(parseXml(formatXml(value))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

test('never fails in an unknown way, whatever the text', () => {
  const part = fc.constantFrom(
    '<xml>',
    '</xml>',
    '<a>',
    '</a>',
    '<',
    '>',
    '/',
    '<!',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '&',
    ';',
    '&#',
    '"',
    '=',
    '\r',
    '\n',
    '\0',
    '\u{D800}',
    '\u{DC00}',
    'x',
    ' ',
    '<!DOCTYPE',
    '[',
  );
  const text = fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 5 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, fc.boolean(), (parts, wrapped) => {
      const joined = parts.join('');
      try {
        parseXml(wrapped ? `<xml>${joined}</xml>` : joined);
      } catch (error) {
        expect(error).toMatchObject({ name: 'WxDevError' });
      }
    }),
    { numRuns: 2000 },
  );
});
