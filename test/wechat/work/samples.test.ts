import { describe, expect, test } from 'vitest';
import type { Handler } from '../../../src/callback/handler.ts';
import type { Message } from '../../../src/wechat/message.ts';
import { sendPush } from '../../../src/simulator/send.ts';
import { createAccount } from '../../../src/wechat/account.ts';
import { isList, type Fields, type FieldValue } from '../../../src/wechat/fields.ts';
import { formatJson, parseJson } from '../../../src/wechat/json.ts';
import { describeMessage, parseMessage } from '../../../src/wechat/message.ts';
import { findPushKind, listPushKinds, makePush } from '../../../src/wechat/samples.ts';
import { botMessages, workEvents, workNotices } from '../../../src/wechat/work/samples.ts';
import { formatXml, parseXml } from '../../../src/wechat/xml.ts';
import { start } from '../../callback/support.ts';
import { errorOf } from '../helpers.ts';

const texts = { token: 'wxdevtoken', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' };
const corp = createAccount({ kind: 'work', ...texts, corpId: 'wwcorp' });
const suite = createAccount({ kind: 'work-suite', ...texts, suiteId: 'tjsuite', corpId: 'wwcorp' });
const bot = createAccount({ kind: 'work-bot', ...texts });

const options = {
  from: 'zhangsan',
  to: 'wwcorp',
  createTime: 1767225600,
  msgId: '25000000000000017',
};

/** In XML a list of one is its item. */
function flat(value: FieldValue): unknown {
  if (typeof value === 'string') return value;
  if (isList(value)) return value.length === 1 ? flat(value[0] ?? '') : value.map(flat);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, flat(inner)]));
}

const kinds = Object.keys({ ...workEvents, ...workNotices, ...botMessages });

test('what the reference names can be sent, and is listed under 企业微信', () => {
  const listed = listPushKinds().filter(({ products }) => products.includes('work'));
  const names = listed.map(({ name }) => name);
  const wanted =
    `create_user update_user delete_user create_party update_party delete_party update_tag`
      .split(' ')
      .map((type) => `change_contact.${type}`)
      .concat(
        `suite_ticket create_auth change_auth cancel_auth batch_job_result sys_approval_change open_approval_change
      template_card_event template_card_menu_event enter_agent kf_msg_or_event work.location`.split(
          /\s+/u,
        ),
      );
  for (const name of wanted) {
    expect(names).toContain(name);
  }
  for (const event of ['change_external_contact', 'change_external_chat', 'change_external_tag']) {
    expect(names.some((name) => name.startsWith(`${event}.`))).toBe(true);
  }
});

describe.each(kinds)('%s', (kind) => {
  test('survives XML and JSON, and is read as what it is', () => {
    const fields = makePush(kind, {}, options);
    expect(parseJson(formatJson(fields))).toEqual(fields);
    if (!kind.startsWith('bot.')) {
      expect(flat(parseXml(formatXml(fields)))).toEqual(flat(fields));
    }
    const message = parseMessage(fields);
    const isNotice = Object.hasOwn(workNotices, kind);
    expect(message.type === 'unknown').toBe(isNotice);
    expect(describeMessage(message).type).toBe(expectedType(kind));
  });
});

/** The name that the log shows. */
function expectedType(kind: string): string {
  if (Object.hasOwn(workEvents, kind)) return workEvents[kind as keyof typeof workEvents][0];
  return kind.replace(/^bot\./, '');
}

test.each([
  ['work', corp, Object.keys(workEvents)],
  ['work-suite', suite, Object.keys(workNotices)],
  ['work-bot', bot, Object.keys(botMessages)],
] as const)('serve of kind %s takes and reads each of its own', async (_kind, account, own) => {
  const seen: Message[] = [];
  const handler: Handler = (message) => {
    if (message.type !== 'pay') seen.push(message);
    return undefined;
  };
  const server = await start({ account, handler });
  for (const [index, kind] of own.entries()) {
    const fields = makePush(kind, {}, { ...options, msgId: String(index) });
    const { accepted, faults } = await sendPush({
      url: `${server.url}/wx`,
      account,
      mode: 'safe',
      fields,
      attempts: 1,
    });
    expect(accepted, `${kind} ${faults.map(String).join()}`).toBe(true);
  }
  expect(seen.map((message) => describeMessage(message).type)).toEqual(own.map(expectedType));
  expect(server.exchanges.map(({ verdict }) => verdict)).toEqual(own.map(() => 'ok'));
});

test('a change is told by what changed and whom, a notice carries the SuiteId', () => {
  const said = (kind: string): unknown =>
    describeMessage(parseMessage(makePush(kind, {}, options)));
  expect(said('change_contact.create_user')).toEqual({
    type: 'change_contact',
    content: 'create_user zhangsan',
  });
  expect(said('change_external_chat.dismiss')).toMatchObject({
    content: expect.stringMatching(/^dismiss wr/),
  });
  const fields: Fields = makePush('suite_ticket', {}, { ...options, appId: 'tjsuite' });
  expect(Object.entries(fields)).toEqual([
    ['SuiteId', 'tjsuite'],
    ['InfoType', 'suite_ticket'],
    ['TimeStamp', '1767225600'],
    ['SuiteTicket', 'wxdevSuiteTicket0001'],
  ]);
});

test('the system speaks of changes, and the values of a change are read', () => {
  expect(parseMessage(makePush('change_contact.update_user', {}, options))).toMatchObject({
    type: 'event',
    event: 'change_contact',
    fromUserName: 'sys',
    changeType: 'update_user',
    userId: 'zhangsan',
    newUserId: 'zhangsan001',
    department: '1,2,3',
  });
  expect(parseMessage(makePush('template_card_event', {}, options))).toMatchObject({
    selectedItems: [{ questionKey: 'question1', optionIds: ['one', 'two'] }],
  });
});

test('of a change its type is enough as a name, where it is the only one', () => {
  expect(findPushKind('create_user')).toBe('change_contact.create_user');
  expect(findPushKind('UPDATE_TAG')).toBe('change_contact.update_tag');
  expect(findPushKind('change_contact')).toBe('change_contact');
  expect(errorOf(() => findPushKind('create'))).toMatchObject({ code: 'WXD1207' });
  expect(errorOf(() => findPushKind('text.'))).toMatchObject({ code: 'WXD1207' });
});

test("a bot's message is for bots alone", async () => {
  const fields = makePush('bot.text', {}, options);
  const sending = sendPush({ url: 'http://127.0.0.1:1/', account: corp, mode: 'safe', fields });
  await expect(sending).rejects.toMatchObject({ code: 'WXD6032' });
  const event = makePush('change_contact.create_user', {}, options);
  const other = sendPush({ url: 'http://127.0.0.1:1/', account: bot, mode: 'safe', fields: event });
  await expect(other).rejects.toMatchObject({ code: 'WXD6032' });
});
