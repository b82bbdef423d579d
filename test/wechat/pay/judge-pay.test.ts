import { describe, expect, test } from 'vitest';
import { judgePayAnswer, judgePayV2Answer } from '../../../src/wechat/pay/judge-pay.ts';
import { payV2Success } from '../../../src/wechat/pay/v2-notification.ts';

const answer = (status: number, body: string | Buffer = '') => ({
  status,
  headers: [],
  body: Buffer.from(body),
});

describe('judgePayAnswer', () => {
  test.each([
    [200, '', '200'],
    [204, '', '204'],
    [200, '{"code":"SUCCESS","message":"成功"}', '200 SUCCESS'],
    [200, 'success', '200'],
    [200, '<html>', '200'],
  ])('accepts %i %j', (status, body, summary) => {
    const judged = judgePayAnswer(answer(status, body));
    expect(judged).toMatchObject({ accepted: true, summary, faults: [], warnings: [] });
  });

  test.each([201, 202, 301, 302, 400, 401, 404, 500, 502, 503])('lets %i come again', (status) => {
    const { accepted, faults } = judgePayAnswer(answer(status, '{"code":"FAIL"}'));
    expect(accepted).toBe(false);
    expect(faults.map(({ code }) => code)).toEqual(['WXD1230']);
  });

  test('warns of a body that says FAIL under status 200', () => {
    const { accepted, warnings } = judgePayAnswer(answer(200, '{"code":"FAIL","message":"x"}'));
    expect(accepted).toBe(true);
    expect(warnings[0]?.details).toMatchObject({ failed: true });
  });

  test('reads an answer of any bytes', () => {
    for (const body of [
      Buffer.from([0xff]),
      Buffer.alloc(2_000_000, '['),
      Buffer.from('\u001B[2J'),
    ]) {
      expect(judgePayAnswer(answer(200, body)).accepted).toBe(true);
    }
  });
});

describe('judgePayV2Answer', () => {
  test.each([payV2Success, `\n${payV2Success}\n`, '<xml><return_code>SUCCESS</return_code></xml>'])(
    'accepts %j',
    (body) => {
      expect(judgePayV2Answer(answer(200, body))).toMatchObject({
        accepted: true,
        summary: '200 SUCCESS',
      });
    },
  );

  test.each([
    [200, ''],
    [200, 'success'],
    [200, '{"code":"SUCCESS"}'],
    [200, '<html></html>'],
    [200, payV2Success.replace('SUCCESS', 'FAIL')],
    [200, `${payV2Success}success`],
    [500, payV2Success],
    [204, ''],
  ])('refuses %i %j', (status, body) => {
    const { accepted, faults } = judgePayV2Answer(answer(status, body));
    expect(accepted).toBe(false);
    expect(faults.map(({ code }) => code)).toEqual(['WXD1231']);
  });
});
