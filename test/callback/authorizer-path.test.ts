import { echoHandler } from '../../src/callback/handler.ts';
import { authorizerOf, messagePath, noticePath } from '../../src/callback/authorizer-path.ts';
import { pathAtTarget } from '../../src/callback/forward.ts';
import { isAtOrBelow } from '../../src/callback/request-target.ts';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { sealPush, unseal } from '../../src/wechat/envelope.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { nextExchange, start, textMessage } from './support.ts';

test.each([
  ['/wx', '/wx/$APPID$', '/wx'],
  ['/wx/', '/wx/$APPID$', '/wx/'],
  ['/', '/$APPID$', '/'],
  ['/wx/$APPID$/callback', '/wx/$APPID$/callback', '/wx'],
  ['/$APPID$', '/$APPID$', '/'],
])('%s has the message path %s and the notice path %s', (own, message, notice) => {
  expect([messagePath(own), noticePath(own)]).toEqual([message, notice]);
});

test.each([
  ['/wx/wx1234567890abcdef', '/wx', 'wx1234567890abcdef'],
  ['/wx/$APPID$', '/wx', '$APPID$'],
  ['/wx/wx12/callback', '/wx/$APPID$/callback', 'wx12'],
  ['/wx', '/wx', undefined],
  ['/wx/', '/wx', undefined],
  ['/wx/a/b', '/wx', undefined],
  ['/wx/a%2fb', '/wx', undefined],
  ['/wx/callback', '/wx/$APPID$/callback', undefined],
  ['/other/wx12', '/wx', undefined],
])('in %s below %s the AppId is %s', (path, own, appId) => {
  expect(authorizerOf(path, own)).toBe(appId);
});

test.each([
  ['/wx', true],
  ['/WX//wx12', true],
  ['/wx%2fwx12', true],
  ['/a/../wx/wx12', true],
  ['/wxother', false],
  ['/', false],
])('%s is at or below /wx: %s', (path, expected) => {
  expect(isAtOrBelow(path, '/wx')).toBe(expected);
});

test.each([
  ['/wx/wx1234567890abcdef?a=1', '/app/$APPID$/cb', '/app/wx1234567890abcdef/cb?a=1'],
  ['/wx?a=1', '/app/$APPID$/cb', '/app?a=1'],
  ['/wx?a=1', '/$APPID$', '/?a=1'],
  ['/wx/wx1234567890abcdef', '/app', '/app'],
  ['/wx/wx1234567890abcdef', undefined, '/wx/wx1234567890abcdef'],
])('%s is passed on to %s as %s', (pushed, target, expected) => {
  expect(pathAtTarget(pushed, target)).toBe(expected);
});

test('a platform gets notices at the path and messages of each authoriser below it', async () => {
  const account = createAccount({
    kind: 'component',
    token: 'platformToken',
    appId: 'wxcomponent00000001',
    aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  });
  const server = await start({ account, handler: echoHandler });
  const push = (fields: Parameters<typeof sealPush>[0]): ReturnType<typeof sealPush> =>
    sealPush(fields, account, {
      mode: 'safe',
      format: 'xml',
      timestamp: '1767225600',
      nonce: '1',
      random16: randomBytes(16),
    });
  const post = async (path: string, { query, body }: ReturnType<typeof push>): Promise<string> => {
    const url = `${server.url}${path}?${formatPushQuery(query)}`;
    const answer = await fetch(url, { method: 'POST', body });
    return `${answer.status} ${await answer.text()}`;
  };
  const ticket = push({
    AppId: 'wxcomponent00000001',
    CreateTime: '1767225600',
    InfoType: 'component_verify_ticket',
    ComponentVerifyTicket: 'ticket@@@wxdev',
  });
  expect(ticket.body).toContain('<AppId><![CDATA[wxcomponent00000001]]></AppId>');
  const exchange = nextExchange(server);
  expect(await post('/wx', ticket)).toBe('200 success');
  expect(await exchange).toMatchObject({ type: 'component_verify_ticket', verdict: 'ok' });

  const answer = await post('/wx/wx1234567890abcdef', push(textMessage({ Content: 'TEST' })));
  expect(answer).toMatch(/^200 <xml><Encrypt>/);
  expect(await post('/elsewhere', push(textMessage()))).toMatch(/^404/);
});

test('a platform takes no plaintext', () => {
  const account = createAccount({ kind: 'component', token: 'platformToken', appId: 'wxc' });
  const plain = createAccount({ token: 'platformToken' });
  const { query, body } = sealPush(textMessage(), plain, {
    mode: 'plain',
    format: 'xml',
    timestamp: '1',
    nonce: '1',
    random16: randomBytes(16),
  });
  expect(() => unseal({ query, body: Buffer.from(body) }, account)).toThrow(
    expect.objectContaining({ code: 'WXD1106' }),
  );
});
