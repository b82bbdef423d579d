import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import { renderSend, sendJson } from '../../../src/cli/render/send.ts';
import type { SendOutcome } from '../../../src/simulator/outcome.ts';
import { sampleErrors } from '../../core/sample-errors.ts';
import { createFakeOutput } from '../fake-output.ts';

describe.each([
  ['en', en],
  ['zh', zh],
] as const)('the result of send in %s', (language, messages) => {
  const draw = (outcome: SendOutcome, what = 'text'): string[] => {
    const context = { out: createFakeOutput(), messages, language };
    return renderSend(outcome, { what, mode: 'safe', msgId: '24357' }, context);
  };

  test('says what was sent, what came, and what the follower sees', () => {
    const lines = draw(sample());
    expect(lines[0]).toBe(
      `  -> POST http://127.0.0.1:3000/wx  ${messages.modes.safe}  MsgId 24357`,
    );
    expect(lines[1]).toMatch(/^ {2}<- 200 {2}38 ms {2}success {3,}/);
    expect(lines[1]).toMatch(new RegExp(`${messages.send.legal}$`));
    expect(stringWidth(lines[1] ?? '')).toBe(80);
    expect(lines[2]).toBe(`  ${messages.send.visible.follower.nothing}`);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('shows each attempt, and why none was accepted', () => {
    const faults = sampleErrors('WXD2001');
    const attempt = sample().attempts[0];
    if (!attempt) throw new Error('the sample has one');
    const attempts = [1, 2, 3].map((number) => ({
      ...attempt,
      number,
      status: 0,
      verdict: 'late' as const,
    }));
    const lines = draw({
      ...sample(),
      accepted: false,
      visible: 'failure',
      verdict: 'late',
      attempts,
      faults,
    });
    expect(lines.filter((line) => line.startsWith('  <- '))).toHaveLength(3);
    expect(lines[3]).toContain('---');
    expect(lines[3]).toContain(messages.send.illegal);
    expect(lines[4]).toBe(`  ${messages.send.visible.follower.failure}`);
    expect(lines[5]).toContain('WXD2001');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('a long or hostile answer stays one short line', () => {
    const lines = draw({ ...sample(), summary: `\u001B[2J${'你好\n'.repeat(100)}` });
    expect(stringWidth(lines[1] ?? '')).toBeLessThanOrEqual(80);
    expect(lines[1]).not.toMatch(/\p{Cc}/u);
  });

  test('who is no follower is not called one', () => {
    const context = { out: createFakeOutput(), messages, language };
    const failed = { ...sample(), accepted: false, visible: 'failure' } as const;
    const said = (['payment', 'notice', 'member'] as const).flatMap((audience) =>
      [sample(), failed].map((outcome) => {
        const subject = { what: 'x', audience, mode: undefined };
        return renderSend(outcome, subject, context)[2]?.trim() ?? '';
      }),
    );
    const { payment, notice, member } = messages.send.visible;
    expect(said).toEqual([
      payment.taken,
      payment.again,
      notice.taken,
      notice.again,
      member.nothing,
      member.failure,
    ]);
    for (const line of said) expect(line).not.toMatch(/follower|粉丝/);
  });

  test('the signature probe is no flag that somebody gave', () => {
    const context = { out: createFakeOutput(), messages, language };
    const subject = { what: 'pay.probe', mode: undefined, tamper: 'probe' };
    expect(renderSend(sample(), subject, context).join('\n')).not.toContain('--tamper');
  });

  test('a verification says whether the console would accept the URL', () => {
    expect(draw(sample(), 'verify')[2]).toContain(messages.send.verified);
  });
});

test('send as JSON has the documented keys, and no secret of the request', () => {
  const json = JSON.parse(JSON.stringify(sendJson(sample()))) as Record<string, unknown>;
  expect(json).toMatchObject({ status: 200, ms: 38, verdict: 'ok', reply: null, accepted: true });
  expect(JSON.stringify(json)).not.toContain('signature=');
});

function sample(): SendOutcome {
  return {
    attempts: [{ number: 1, status: 200, ms: 38.2, verdict: 'ok' }],
    status: 200,
    ms: 38.2,
    verdict: 'ok',
    accepted: true,
    visible: 'nothing',
    summary: 'success',
    faults: [],
    warnings: [],
    request: {
      method: 'POST',
      url: 'http://127.0.0.1:3000/wx?signature=abc&nonce=1',
      headers: [],
      body: Buffer.alloc(0),
    },
  };
}
