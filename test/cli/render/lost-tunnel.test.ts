import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import { LostTunnel, lostLinkJson } from '../../../src/cli/render/lost-tunnel.ts';
import { WxDevError, type Language } from '../../../src/core/errors.ts';
import { createFakeOutput } from '../fake-output.ts';

const refused = new WxDevError('WXD4001', {
  relay: 'http://127.0.0.1:8787',
  reason: 'connect ECONNREFUSED',
});
const lost = { attempt: 1, delayMs: 20, reason: 'the connection ended' };
const failed = { attempt: 2, delayMs: 80, reason: refused.message, error: refused };

function view(language: Language, columns = 80) {
  const messages = language === 'en' ? en : zh;
  return { messages, language, err: createFakeOutput({ columns, isTTY: true }) };
}

test('says once why a tunnel is lost, however often it is dialled', () => {
  const tunnel = new LostTunnel();
  const said = [lost, failed, failed, { ...failed, attempt: 3 }].map(
    (state, i) => tunnel.reconnecting(state, i * 200, view('en')).length > 0,
  );
  expect(said).toEqual([true, true, false, false]);
  expect(tunnel.reconnecting({ ...failed, attempt: 30 }, 20_000, view('en'))).not.toEqual([]);
});

test('says it anew for the next loss', () => {
  const tunnel = new LostTunnel();
  tunnel.reconnecting(failed, 0, view('en'));
  expect(tunnel.reconnected(1_200, 'https://a.example.com', view('en')).join(' ')).toContain(
    'https://a.example.com',
  );
  expect(tunnel.reconnecting(failed, 100, view('en'))).not.toEqual([]);
});

test('in the language of the user, as wide as the terminal', () => {
  const lines = new LostTunnel().reconnecting(failed, 0, view('zh', 40));
  expect(lines.join('')).toContain('无法连接中继');
  expect(lines.join('')).not.toContain('Cannot');
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40);
});

test('how a connection was lost, in one language', () => {
  for (const how of ['silent', 'cut', 'leaving', 'broken'] as const) {
    const relay = 'https://relay.example.com';
    const error = new WxDevError('WXD4063', { relay, how, seen: 'read ECONNRESET' });
    const state = { attempt: 1, delayMs: 20, reason: error.message, error };
    const said = new LostTunnel().reconnecting(state, 0, view('zh', 40));
    expect(said.join('').replace(relay, '')).not.toMatch(/[a-z]{3}/);
    for (const line of said) expect(stringWidth(line)).toBeLessThanOrEqual(40);
  }
});

test('programs get every dial, with the code', () => {
  expect(lostLinkJson(failed)).toEqual({
    attempt: 2,
    delayMs: 80,
    reason: refused.message,
    code: 'WXD4001',
  });
  expect(JSON.stringify(lostLinkJson(lost))).not.toContain('code');
});
