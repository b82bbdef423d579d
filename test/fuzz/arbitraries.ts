import fc from 'fast-check';

/** Pieces that mean something to the readers, and characters that trouble them. */
const xmlPieces = [
  '<xml>',
  '</xml>',
  '<xml',
  '<a>',
  '</a>',
  '<a/>',
  '<a b="c">',
  "<a b='&lt;'>",
  '<名>',
  '</名>',
  '<',
  '>',
  '/',
  '<!',
  '<![CDATA[',
  ']]>',
  ']]',
  '<!--',
  '-->',
  '--',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<?x y?>',
  '&',
  ';',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x4f60;',
  '&#0;',
  '&#xD800;',
  '&nbsp;',
  '&#',
  '&;',
  '"',
  "'",
  '=',
  ' ',
  '\n',
  '\t',
  '\0',
  '\u{1}',
  '\u{FFFE}',
  '\u{FEFF}',
  '\u{D800}',
  '\u{DC00}',
  'x',
  '007',
  '你好',
  '😀',
  '__proto__',
  ' b="c"',
  '<a',
  ' d="&amp;"/>',
  'constructor',
  '<!DOCTYPE xml>',
  '<!ENTITY a "b">',
  '[',
  '-',
  '.',
  ':',
];

const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"a"',
  '"a":',
  '"b":1',
  '{"a":',
  '"__proto__":',
  '"Encrypt":"',
  '\\',
  '\\u4f60',
  '\\uD800',
  '\\"',
  '\\x',
  '1',
  '-1',
  '01',
  '1.10',
  '1e400',
  '-',
  '.',
  '25000000000000017',
  'true',
  'null',
  'NaN',
  ' ',
  '\n',
  '\0',
  '\u{D800}',
  '你好',
  '😀',
  '\u{FEFF}',
  '//',
  '/**/',
  "'",
];

const queryPieces = [
  'signature=',
  'msg_signature=',
  'timestamp=',
  'nonce=',
  'echostr=',
  'encrypt_type=',
  'encrypt_type=aes',
  'openid=',
  '&',
  '&&',
  '=',
  '?',
  '#',
  '%',
  '%2',
  '%2B',
  '%26',
  '%3D',
  '%00',
  '%E4%BD%A0',
  '%ED%A0%80',
  '+',
  'a',
  '1',
  '你',
  '\0',
  '__proto__=1',
  'signature[]=1',
  'SIGNATURE=1',
  '%73ignature=1',
  ';',
];

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom('a', 'b', 'MsgId', '名', '__proto__', 'a.b-c', 'x:y'),
      fc.array(fc.constantFrom(' b="1"', ' b="2"', " c='&lt;'", ' ', '\n', '\td=""'), {
        maxLength: 3,
      }),
      fc.array(tie('content'), { maxLength: 4 }),
    )
    .map(([name, attributes, contents]) => {
      const open = `<${name}${attributes.join('')}`;
      return contents.length === 0 ? `${open}/>` : `${open}>${contents.join('')}</${name}>`;
    }),
  content: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '1',
      'x y',
      '&amp;',
      '&#65;',
      '<![CDATA[]]>',
      '<![CDATA[<&]]>',
      '<!-- -->',
      '<?p q?>',
      '\r\n',
      ' ',
    ),
    tie('element'),
  ),
}));

/** A document that is well-formed more often than not, with up to three pieces put in or taken out. */
const xmlDocument: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      '',
      '<?xml version="1.0"?>',
      "<?xml version='1.0' encoding='utf-8'?>\n",
      '\u{FEFF}',
      '<!--x-->',
    ),
    fc.array(fc.oneof(element, fc.constantFrom(' ', '\r\n', '<!--x-->')), { maxLength: 4 }),
    fc.constantFrom('', '\n', '<!--x-->', '<?p?>'),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 6 }), fc.constantFrom('', ...xmlPieces)), {
      maxLength: 3,
    }),
  )
  .map(([before, elements, after, edits]) =>
    edits.reduce(
      (text, [at, count, piece]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + piece + text.slice(start + count);
      },
      `${before}<xml>${elements.join('')}</xml>${after}`,
    ),
  );

/** Text made of pieces of XML and of anything else. */
export const xmlish: fc.Arbitrary<string> = fc.oneof(
  xmlDocument,
  fc
    .tuple(near(xmlPieces), fc.constantFrom('', '<xml>', '<xml><a>'))
    .map(
      ([text, open]) =>
        `${open}${text}${open.replaceAll('<', '</').replace(/^(<\/xml>)(<\/a>)$/, '$2$1')}`,
    ),
);

/** Text made of pieces of JSON and of anything else. */
export const jsonish: fc.Arbitrary<string> = fc
  .tuple(near(jsonPieces), fc.boolean())
  .map(([text, wrapped]) => (wrapped ? `{"a":${text}}` : text));

/** A query made of WeChat's parameters and of anything else. */
export const queryish: fc.Arbitrary<string> = near(queryPieces);

/** Bytes of a body: XML, JSON, either with bytes that are no UTF-8, or anything. */
export const bodyish: fc.Arbitrary<Buffer> = fc.oneof(
  xmlish.map((text) => Buffer.from(text)),
  jsonish.map((text) => Buffer.from(text)),
  fc
    .tuple(xmlish, fc.uint8Array({ maxLength: 4 }))
    .map(([text, bytes]) => Buffer.concat([Buffer.from(text), bytes])),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

/** What people write: every plane, line ends, controls, the end of CDATA. */
export const spoken: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(']]>', '\r\n', '\0', '</xml>', '你好', '👨‍👩‍👧'),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

function near(pieces: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
        // Long runs are where a reader goes quadratic.
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...pieces), fc.integer({ min: 2, max: 300 }))
            .map(([piece, count]) => piece.repeat(count)),
        },
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join(''));
}
