import { expect, test } from 'vitest';
import { maxBodyBytes, unseal } from '../../src/wechat/envelope.ts';
import { parseJson } from '../../src/wechat/json.ts';
import { parsePushQuery } from '../../src/wechat/query.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import { account } from '../wechat/helpers.ts';
import { refusable, timed } from './fuzz.ts';

/** Fills the largest body that is read with one piece. */
function full(piece: string, head = '', tail = ''): string {
  const room = maxBodyBytes - Buffer.byteLength(head + tail);
  return head + piece.repeat(Math.floor(room / Buffer.byteLength(piece))) + tail;
}

const inElement = ['<xml><a>', '</a></xml>'] as const;
const inCdata = ['<xml><a><![CDATA[', ']]></a></xml>'] as const;
const many = Array.from({ length: 19_000 }, (_, index) => `a${index}`);

const xmlTexts = {
  CDATA: full('x', ...inCdata),
  'CR in CDATA': full('\r', ...inCdata),
  'brackets in CDATA': full(']', ...inCdata),
  'controls in CDATA': full('\u{1}', ...inCdata),
  'sections of CDATA': full('<![CDATA[\r]]>', ...inElement),
  controls: full('\u{1}', ...inElement),
  references: full('&amp;', ...inElement),
  'references by number': full('&#x4f60;', ...inElement),
  'a reference without end': full('a', '<xml><a>&', '</a></xml>'),
  ampersands: full('&', ...inElement),
  brackets: full(']', ...inElement),
  comments: full('<!---->', '<xml>', '</xml>'),
  'a comment': full('-x', '<xml><!--', '--></xml>'),
  instructions: full('<?a b?>', '<xml>', '</xml>'),
  attributes: `<xml ${many.map((name) => `${name}="&amp;"`).join(' ')}/>`,
  'an attribute without end': full('x', '<xml a="', ''),
  elements: `<xml>${many.map((name) => `<${name}><![CDATA[${'y'.repeat(30)}]]></${name}>`).join('')}</xml>`,
  'equal elements': `<xml>${'<a>1</a>'.repeat(19_000)}</xml>`,
  'open elements': full('<a>', '<xml>', ''),
  'a name': full('a', '<xml><', '></xml>'),
  blanks: full(' ', '<xml>', '</xml>'),
  'blanks before': full(' ', '', '<xml/>'),
  'less-thans': full('<', '<xml>', ''),
};

test.each(Object.entries(xmlTexts))('reads or refuses a megabyte of XML: %s', (_name, text) => {
  timed(() => refusable(() => parseXml(text)));
});

const jsonTexts = {
  text: full('x', '{"a":"', '"}'),
  escapes: full('\\n', '{"a":"', '"}'),
  'escapes by number': full('\\u4f60', '{"a":"', '"}'),
  'backslashes without end': full('\\', '{"a":"', ''),
  'quotes without end': full('\\"', '{"a":"', ''),
  digits: full('1', '{"a":', '}'),
  items: full('1,', '{"a":[', '1]}'),
  'empty lists': full('[],', '{"a":[', '[]]}'),
  'open lists': full('[', '{"a":', ''),
  members: `{${many.map((name) => `"${name}":"${'y'.repeat(30)}"`).join(',')}}`,
  'one member again': full('"a":1,', '{', '"a":1}'),
  'one object again': full(`"a":{"b":"${'x'.repeat(1000)}"},`, '{', '"c":1}'),
  blanks: full(' ', '{', '}'),
};

test.each(Object.entries(jsonTexts))('reads or refuses a megabyte of JSON: %s', (_name, text) => {
  timed(() => refusable(() => parseJson(text)));
});

test.each(['&', '%', '%E4%BD%A0', 'nonce=1&', '=', '?'])('reads 32 KiB of query: %s', (piece) => {
  const rawQuery = piece.repeat(Math.floor((32 * 1024) / piece.length));
  timed(() => parsePushQuery(rawQuery));
});

test('refuses a megabyte that a stranger calls encrypted', () => {
  const query = parsePushQuery('encrypt_type=aes&msg_signature=a&timestamp=1&nonce=1');
  for (const text of [...Object.values(xmlTexts), ...Object.values(jsonTexts)]) {
    const body = Buffer.from(text);
    timed(() => {
      expect(refusable(() => unseal({ query, body }, account)).error).toBeDefined();
    });
  }
});
