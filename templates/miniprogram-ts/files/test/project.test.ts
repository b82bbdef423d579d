import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function check(dir: string): { status: number | null; stderr: string } {
  const script = join(root, 'scripts/check-project.mjs');
  return spawnSync(process.execPath, [script, dir], { encoding: 'utf8' });
}

test('the developer tools will take the project', () => {
  const { status, stderr } = check(root);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('says what is missing or wrong', (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'miniprogram-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const part of ['miniprogram', 'project.config.json', '.gitignore']) {
    cpSync(join(root, part), join(dir, part), { recursive: true });
  }
  assert.equal(check(dir).status, 0);
  rmSync(join(dir, 'miniprogram/pages/chat/chat.wxss'));
  const file = join(dir, 'project.config.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"urlCheck": true', '"urlCheck": false'));
  const { status, stderr } = check(dir);
  assert.equal(status, 1);
  assert.match(stderr, /pages\/chat\/chat\.wxss is missing/);
  assert.match(stderr, /urlCheck belongs into project\.private\.config\.json/);
});
