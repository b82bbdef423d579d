import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWechat } from '../../src/testing/index.ts';

test('a played WeChat runs a scenario and reports each step', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.push(body);
      response.end('success');
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const wechat = createWechat({
    url: `http://127.0.0.1:${port}/wx`,
    token: 'testingToken',
    to: 'gh_mine',
  });
  const report = await wechat.scenario(
    {
      steps: [
        { send: 'text', content: '${env:WORD}', expect: { reply: 'success' } },
        { send: 'subscribe', expect: { 'reply.type': 'text' } },
      ],
    },
    { WORD: '你好' },
  );
  expect(report).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
  expect(report.steps[1]?.errors[0]?.code).toBe('WXD6044');
  expect(seen[0]).toContain('<ToUserName><![CDATA[gh_mine]]></ToUserName>');
  expect(seen[0]).toContain('<![CDATA[你好]]>');
  await expect(wechat.scenario('{"steps":[]}')).rejects.toMatchObject({ code: 'WXD6045' });
});
