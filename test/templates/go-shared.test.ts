import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const templates = join(import.meta.dirname, '../../templates');

/** Code that several Go templates have: a project must not depend on another one, and a mistake must not be mended in one only. */
const wechat = ['sign.go', 'crypt.go', 'message.go', 'push.go', 'push_test.go', 'vectors_test.go', 'testdata/vectors.json'];
const services = [
  'bot/bot.go',
  'config/env.go',
  'httpx/envelope.go',
  'kv/kv.go',
  'kv/memory.go',
  'kv/kv_test.go',
  'logx/logx.go',
  'middleware/log.go',
  'middleware/recover.go',
  'middleware/wxsign.go',
  'pipeline/dedupe.go',
  'pipeline/pool.go',
  'pipeline/reply.go',
  'pipeline/pipeline_test.go',
  'session/token.go',
  'session/session_test.go',
  'wechat/handler.go',
];

test.each(wechat)('every Go template has the same wechat/%s', async (name) => {
  const minimal = await read('go-minimal/files/wechat', name);
  expect(await read('go-gin/files/internal/wechat', name)).toBe(minimal);
  expect(await read('go-gateway/files/internal/wechat', name)).toBe(minimal);
});

test.each(services)('go-gin and go-gateway have the same internal/%s', async (name) => {
  expect(await read('go-gateway/files/internal', name)).toBe(await read('go-gin/files/internal', name));
});

function read(folder: string, name: string): Promise<string> {
  return readFile(join(templates, folder, name), 'utf8');
}
