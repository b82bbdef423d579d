import { describe, expect, test } from 'vitest';
import { openNotification, payEventName } from '../../../src/wechat/pay/notification.ts';
import { codeOf, errorOf } from '../helpers.ts';
import { account, now, signed, transaction, transactionBody } from './support.ts';

describe('openNotification', () => {
  test('gives the decrypted resource of what WeChat Pay sends', () => {
    const opened = openNotification(signed(transactionBody()), account, now);
    expect(opened).toMatchObject({
      id: '00000000-0000-4000-8000-000000000001',
      eventType: 'TRANSACTION.SUCCESS',
      originalType: 'transaction',
      summary: '支付成功',
      createTime: '2026-01-01T08:00:00+08:00',
      resource: transaction,
    });
    expect(opened.text).toContain('"amount":{"total":100,');
    expect(payEventName(opened)).toBe('pay.transaction.success');
  });

  test('reads nothing before the signature is right', () => {
    for (const body of ['not json', '{}', '']) {
      const raw = { ...signed(transactionBody()), body: Buffer.from(body) };
      expect(codeOf(() => openNotification(raw, account, now))).toBe('WXD1121');
    }
  });

  test.each([
    ['no JSON', '<xml></xml>', 'WXD1203'],
    ['nothing', '', 'WXD1203'],
    ['an empty object', '{}', 'WXD1220'],
    ['a resource that is text', '{"id":"1","event_type":"X","resource":"x"}', 'WXD1220'],
    [
      'a resource without cipher text',
      '{"id":"1","resource":{"algorithm":"AEAD_AES_256_GCM"}}',
      'WXD1220',
    ],
    ['an id twice', transactionBody().replace('{', '{"id":"2",'), 'WXD1203'],
    ['no event type', transactionBody().replace('event_type', 'event'), 'WXD1220'],
  ])('refuses %s, though it is signed', (_name, body, code) => {
    expect(codeOf(() => openNotification(signed(body), account, now))).toBe(code);
  });

  test('refuses bytes that are no UTF-8, though they are signed', () => {
    const raw = signed(Buffer.from([0x7b, 0xff, 0x7d]));
    expect(codeOf(() => openNotification(raw, account, now))).toBe('WXD1208');
  });

  test('refuses a resource that decrypts to no JSON', () => {
    expect(codeOf(() => openNotification(signed(transactionBody('x')), account, now))).toBe(
      'WXD1203',
    );
  });

  test('refuses what is for another merchant, and takes the two ids of a partner', () => {
    const open = (resource: Record<string, string>): unknown =>
      openNotification(signed(transactionBody(resource)), account, now);
    expect(errorOf(() => open({ mchid: '1900000110' }))).toMatchObject({
      code: 'WXD1133',
      details: { received: '1900000110', configured: '1900000109' },
    });
    expect(codeOf(() => open({ sp_mchid: '1', sub_mchid: '2' }))).toBe('WXD1133');
    expect(open({ sp_mchid: '1', sub_mchid: '1900000109' })).toBeDefined();
    expect(open({ sp_mchid: '1900000109', sub_mchid: '2' })).toBeDefined();
    expect(open({ out_trade_no: '1' })).toBeDefined();
  });
});
