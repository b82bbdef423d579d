import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { formatErrorAnswer } from '../../src/wire/error-answer.ts';
import { fieldValue, headerField } from '../../src/wire/head.ts';

const error = new WxDevError('WXD4007', { name: 'app', reason: 'its cable was cut' });

test('is plain text that names what was seen, with the code in a header', () => {
  const answer = formatErrorAnswer(error, { status: 503, hop: 'client', retryAfterS: 2 });
  const text = answer.body.toString();
  expect(text).toMatch(/^503 The client of the tunnel app is away \(WXD4007\)\n/);
  expect(text).toContain('its cable was cut');
  expect(text).toContain('failed at: the tunnel client\n');
  expect(text).not.toContain('<html');
  expect(fieldValue(answer.fields, 'content-type')).toBe('text/plain; charset=utf-8');
  expect(fieldValue(answer.fields, 'content-length')).toBe(String(answer.body.length));
  expect(fieldValue(answer.fields, 'x-wx-dev-error')).toBe('WXD4007');
  expect(fieldValue(answer.fields, 'retry-after')).toBe('2');
  expect(answer.reason).toBe('Service Unavailable');
});

test('is JSON for who accepts JSON, in Chinese for who reads Chinese', () => {
  const requestFields = [
    headerField('ACCEPT', 'text/html, application/json;q=0.9'),
    headerField('Accept-Language', 'zh-CN,zh;q=0.9'),
  ];
  const answer = formatErrorAnswer(error, { status: 503, hop: 'client', requestFields });
  const { status, hop, code, title } = JSON.parse(answer.body.toString()) as Record<
    string,
    unknown
  >;
  expect([status, hop, code]).toEqual([503, 'client', 'WXD4007']);
  expect(title).toContain('客户端');
  expect(fieldValue(answer.fields, 'retry-after')).toBeUndefined();
});
