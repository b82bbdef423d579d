import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import * as wechat from '../../src/wechat/index.ts';

test('takes an app from the raw request to the encrypted reply, and WeChat accepts it', () => {
  const account = wechat.createAccount({
    token: 'wxdevtoken',
    appId: 'wx1234567890abcdef',
    aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  });
  const addresses = {
    from: 'oAlice',
    to: 'gh_1',
    createTime: 1767225600,
    msgId: '25000000000000017',
  };
  const made = {
    format: 'xml',
    timestamp: '1767225600',
    nonce: '7',
    random16: randomBytes(16),
  } as const;
  const push = wechat.makePush('text', { Content: '你好 ]]> 😀' }, addresses);
  const { query, body } = wechat.sealPush(push, account, { mode: 'safe', ...made });

  const rawQuery = wechat.formatPushQuery(query);
  const request = { query: wechat.parsePushQuery(rawQuery), body: Buffer.from(body) };
  const { fields, key, receiveId, format } = wechat.unseal(request, account, { mode: 'safe' });
  const message = wechat.parseMessage(fields);
  if (message.type !== 'text') throw new Error(`expected a text, got ${message.type}`);
  const reply = wechat.formatReply(
    { type: 'text', content: `echo ${message.content}` },
    { to: message.fromUserName, from: message.toUserName, createTime: 1767225601, format },
  );
  const answer = wechat.seal(reply, account, { ...made, format, key, receiveId });

  const judgement = wechat.judgeAnswer({
    status: 200,
    headers: [],
    body: Buffer.from(answer),
    format,
    encrypted: true,
    mode: 'safe',
    push: message,
    account,
  });
  expect(judgement).toMatchObject({
    accepted: true,
    visible: 'reply',
    summary: 'text "echo 你好 ]]> 😀"',
  });
});

test('exports nothing that is not meant for apps', () => {
  expect(Object.keys(wechat).sort()).toEqual([
    'WxDevError',
    'articleLimit',
    'createAccount',
    'decrypt',
    'decryptReqInfo',
    'decryptResource',
    'decryptUserData',
    'dedupeKey',
    'describeMessage',
    'describePayMessage',
    'describeReply',
    'encrypt',
    'encryptReqInfo',
    'encryptResource',
    'formatBotReply',
    'formatError',
    'formatJson',
    'formatPushQuery',
    'formatReply',
    'formatXml',
    'isPayAccount',
    'isRawDataSigned',
    'isWxDevError',
    'judgeAnswer',
    'judgeEchostr',
    'judgePayAnswer',
    'judgePayV2Answer',
    'makePush',
    'openNotification',
    'openPayMessage',
    'openV2Notification',
    'parseAesKey',
    'parseApiV3Key',
    'parseJson',
    'parseMessage',
    'parsePushQuery',
    'parseReply',
    'parseV2Key',
    'parseXml',
    'payEventName',
    'payV2EventName',
    'payV2Success',
    'pushKinds',
    'readPlatformKey',
    'seal',
    'sealNotification',
    'sealPush',
    'sealV2Payment',
    'sealV2Refund',
    'sign',
    'signCard',
    'signEchostr',
    'signJsApi',
    'signNotification',
    'signV2',
    'signaturesEqual',
    'unseal',
    'verifyEchostr',
    'verifyNotification',
    'verifyV2',
  ]);
});
