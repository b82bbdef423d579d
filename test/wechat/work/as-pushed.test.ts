import { expect, test } from 'vitest';
import { echoHandler } from '../../../src/callback/handler.ts';
import { createAccount } from '../../../src/wechat/account.ts';
import { parseMessage } from '../../../src/wechat/message.ts';
import { asWorkPushes } from '../../../src/wechat/work/as-pushed.ts';
import { sendPush, sendVerify } from '../../../src/simulator/send.ts';
import { start, textMessage } from '../../callback/support.ts';

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const token = 'wxdevtoken';
const corp = createAccount({ kind: 'work', token, aesKey, corpId: 'wwcorp' });
const bot = createAccount({ kind: 'work-bot', token, aesKey });

test('names the corporation and an agent', () => {
  expect(asWorkPushes(textMessage(), corp)).toMatchObject({
    ToUserName: 'wwcorp',
    AgentID: '1000002',
    Content: 'hello 你好',
  });
  expect(asWorkPushes(textMessage({ AgentID: '7' }), corp)).toMatchObject({ AgentID: '7' });
});

test('leaves notices, bot messages and other kinds as they are', () => {
  const notice = { InfoType: 'suite_ticket', SuiteTicket: 't' };
  expect(asWorkPushes(notice, corp)).toBe(notice);
  const said = { msgtype: 'text', aibotid: 'b' };
  expect(asWorkPushes(said, bot)).toBe(said);
  const text = textMessage();
  expect(asWorkPushes(text, createAccount({ token }))).toBe(text);
});

test('gives a bot what a bot gets', () => {
  expect(parseMessage(asWorkPushes(textMessage(), bot))).toMatchObject({
    type: 'bot',
    msgType: 'text',
    content: 'hello 你好',
    msgId: '25000000000000017',
  });
  const entered = asWorkPushes(textMessage({ MsgType: 'event', Event: 'subscribe' }), bot);
  expect(parseMessage(entered)).toMatchObject({ type: 'bot', event: 'enter_chat' });
});

test.each([
  ['work', corp, 'text "hello 你好"'],
  ['work-bot', bot, 'stream "hello 你好"'],
  [
    'component',
    createAccount({ kind: 'component', token, aesKey, appId: 'wxc' }),
    'text "hello 你好"',
  ],
])(
  'what is sent to kind %s is answered, and the answer accepted',
  async (_kind, account, summary) => {
    const server = await start({ account, handler: echoHandler });
    const target = { url: `${server.url}/wx`, account };
    expect(await sendVerify(target)).toMatchObject({ accepted: true });
    const sent = await sendPush({ ...target, mode: 'safe', fields: textMessage() });
    expect(sent).toMatchObject({ accepted: true, summary });
  },
);
