import { expect, test } from 'vitest';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import type { Context } from '../../../src/cli/context.ts';
import {
  renderTunnelBanner,
  renderTunnelExchange,
  type TunnelView,
} from '../../../src/cli/render/tunnel.ts';
import { cellsOf } from '../../../src/cli/render/wrap.ts';
import { createFakeOutput } from '../fake-output.ts';

/** The banner in a terminal of so many columns. The view's tunnel and URL are only read for their words. */
function draw(language: 'en' | 'zh', columns: number, more: Partial<TunnelView> = {}): string[] {
  const url = 'https://shop.t.example.com';
  const view = {
    open: { url, ca: [] },
    tunnel: { url, relay: 'https://t.example.com', waiting: 3 },
    target: 'https://127.0.0.1:8443',
    local: {},
    qr: [],
    ms: 12,
    ...more,
  } as unknown as TunnelView;
  const messages = language === 'en' ? en : zh;
  const context = { messages, err: createFakeOutput({ columns }) } as unknown as Context;
  return renderTunnelBanner(view, context);
}

const everything: Partial<TunnelView> = {
  spool: '/wx',
  local: {
    insecure: true,
    hostHeader: 'shop.test',
    headers: ['Authorization: Bearer secret', 'X-Second: secret'],
    removeHeaders: ['cookie'],
  },
};

test.each(['en', 'zh'] as const)('says in %s what it does in the user’s place', (language) => {
  const text = draw(language, 80, everything).join('\n');
  for (const part of ['shop.test', 'Authorization', 'X-Second', 'cookie', '--insecure'])
    expect(text).toContain(part);
  expect(text).toContain('--spool');
  expect(text).toContain('success');
  expect(text).toContain('24');
  expect(text).not.toContain('secret');
});

test.each(['en', 'zh'] as const)('fits into 40 and 80 columns in %s', (language) => {
  for (const columns of [40, 80])
    for (const line of draw(language, columns, everything))
      expect([line, cellsOf(line) <= columns]).toEqual([line, true]);
});

test('says nothing of what was not asked for', () => {
  const text = draw('en', 80).join('\n');
  expect(text).not.toMatch(/spool|insecure|headers|kept/);
});

test('a request is one line, also in a narrow terminal', () => {
  const exchange = {
    id: 7,
    method: 'POST',
    target: '/wx?signature=5f0c91aa&timestamp=1767225601&nonce=415670741',
    status: 200,
    ms: 31.4,
    startedAt: Date.parse('2026-11-21T13:46:02'),
  };
  for (const columns of [40, 60, 80]) {
    const output = createFakeOutput({ columns });
    for (const [id, ms] of [
      [7, 31.4],
      [12_345, 59_999],
    ] as const) {
      const lines = renderTunnelExchange({ ...exchange, id, ms }, output, { language: 'en' });
      expect(lines).toHaveLength(1);
      expect([lines[0], cellsOf(lines[0] ?? '') <= columns]).toEqual([lines[0], true]);
      for (const part of ['13:46:02', `#${id}`, 'POST', '/wx', '200', `${Math.round(ms)} ms`])
        expect(lines[0]).toContain(part);
    }
  }
});
