import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sendPush } from '../../src/simulator/send.ts';
import {
  createFields,
  isList,
  textOf,
  type Fields,
  type FieldValue,
} from '../../src/wechat/fields.ts';
import { seal, unseal } from '../../src/wechat/envelope.ts';
import { formatJson, parseJson } from '../../src/wechat/json.ts';
import { parseMessage } from '../../src/wechat/message.ts';
import { parsePushQuery } from '../../src/wechat/query.ts';
import { formatReply, parseReply } from '../../src/wechat/reply.ts';
import { listPushKinds, makePush, pushKinds as allKinds } from '../../src/wechat/samples.ts';
import { botMessages, workEvents, workNotices } from '../../src/wechat/work/samples.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { account, startHttp, textMessage, withBody } from './support.ts';

interface Sample {
  readonly id: string;
  readonly group: 'message' | 'event' | 'component' | 'reply';
  readonly products: readonly string[];
  readonly payload: object;
  readonly xml: string;
}

/** The catalogue has nothing of what only WeCom pushes. */
const workKinds = Object.keys({ ...workEvents, ...workNotices, ...botMessages });
const pushKinds = allKinds.filter((kind) => !workKinds.includes(kind));

const file = join(import.meta.dirname, '../fixtures/wechat/samples.json');
const samples = JSON.parse(readFileSync(file, 'utf8')) as readonly Sample[];
const replies = samples.filter(({ group }) => group === 'reply');
const pushes = samples.filter(({ group }) => group !== 'reply');

/** In XML a list of one is its item, and an empty element is empty text. */
function flat(value: FieldValue): unknown {
  if (typeof value === 'string') return value;
  if (isList(value)) return value.length === 1 ? flat(value[0] ?? '') : value.map(flat);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, flat(inner)]));
}

test('the catalogue has 112 samples, each push among them by its name', () => {
  expect(samples).toHaveLength(112);
  expect(new Set(pushKinds)).toEqual(new Set(pushes.map(({ id }) => id)));
  for (const { name, products } of listPushKinds()) {
    if (workKinds.includes(name)) continue;
    const sample = pushes.find(({ id }) => id === name);
    expect([...products].toSorted(), name).toEqual([...(sample?.products ?? [])].toSorted());
  }
});

describe.each(pushes.map((sample) => [sample.id, sample] as const))('%s', (id, sample) => {
  const options = idsOf(sample);

  test('parses and comes out of XML and JSON as it went in', () => {
    const fields = parseXml(sample.xml);
    expect(parseMessage(fields).raw).toBe(fields);
    expect(flat(parseXml(formatXml(fields)))).toEqual(flat(fields));
    expect(parseJson(formatJson(fields))).toEqual(fields);
    // The payload of the catalogue has 39.9042 where XML has 39.904200.
    const short = (value: FieldValue): string =>
      JSON.stringify(flat(value)).replaceAll(/(\.\d*[1-9])0+"|\.0+"/gu, '$1"');
    expect(short(parseJson(JSON.stringify(sample.payload)))).toBe(short(fields));
  });

  test('is what send makes, byte for byte', () => {
    const made = makePush(id, {}, options);
    expect(flat(made)).toEqual(flat(parseXml(sample.xml)));
    expect(formatXml(made)).toBe(sample.xml);
  });
});

test('every push can be sent in safe mode to a real server, and is understood there', async () => {
  const seen: Fields[] = [];
  const url = await startHttp(
    withBody((request, response, body) => {
      const query = parsePushQuery(request.url?.split('?')[1] ?? '');
      const { fields } = unseal({ query, body }, account, { mode: 'safe' });
      seen.push(fields);
      const isOwn = /^xpay_.*_notify$/.test(textOf(fields, 'Event') ?? '');
      const own = '{"ErrCode":0,"ErrMsg":"success"}';
      const fresh = { timestamp: '1767225601', nonce: '1', random16: Buffer.alloc(16) };
      response.end(isOwn ? seal(own, account, { format: 'json', ...fresh }) : 'success');
    }),
  );
  for (const sample of pushes) {
    const { id, xml } = sample;
    const fields = makePush(id, {}, idsOf(sample));
    const outcome = await sendPush({ url, account, mode: 'safe', fields, attempts: 1 });
    expect(outcome.faults, id).toEqual([]);
    expect(outcome.accepted, id).toBe(true);
    expect(flat(seen.at(-1) ?? createFields()), id).toEqual(flat(parseXml(xml)));
  }
  expect(seen).toHaveLength(104);
});

test.each(replies.map((reply) => [reply.id, reply] as const))(
  'the reply %s round-trips and is accepted from a real server, in clear and encrypted',
  async (_id, { xml }) => {
    const { reply, toUserName, fromUserName, createTime } = parseReply(parseXml(xml));
    const to = { to: toUserName, from: fromUserName, createTime };
    expect(formatReply(reply, to)).toBe(xml);
    for (const mode of ['plain', 'safe'] as const) {
      const fresh = { timestamp: '1767225601', nonce: '1', random16: Buffer.alloc(16) };
      const answer = mode === 'plain' ? xml : seal(xml, account, { format: 'xml', ...fresh });
      const url = await startHttp((_request, response) => response.end(answer));
      const outcome = await sendPush({ url, account, mode, fields: textMessage(), attempts: 1 });
      expect(outcome).toMatchObject({ accepted: true, faults: [], reply });
    }
  },
);

function idsOf({ xml }: Sample): Parameters<typeof makePush>[2] {
  return {
    from: textOf(parseXml(xml), 'FromUserName') ?? '',
    to: textOf(parseXml(xml), 'ToUserName') ?? '',
    createTime: '1767225600',
    msgId: textOf(parseXml(xml), 'MsgId') ?? '',
  };
}
