import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { renderVariable } from '../../../src/cli/render/cert-env.ts';

const values = ['/home/u/ca.pem', '/home/张 三/o\'neil/$HOME `x` "q".pem', 'C:\\Users\\u\\ca.pem'];

test.each(values)('bash reads %s back', (value) => {
  const dir = mkdtempSync(join(tmpdir(), 'wx-dev-env-'));
  const file = join(dir, 'env.sh');
  writeFileSync(file, `${renderVariable('bash', 'X', value)}\nprintf %s "$X"\n`);
  expect(execFileSync('bash', [file], { encoding: 'utf8' })).toBe(value);
  rmSync(dir, { recursive: true });
});

test.each(values.filter((value) => !/'.*"/.test(value)))('a .env file reads %s back', (value) => {
  expect(parseEnv(renderVariable('dotenv', 'X', value))).toEqual({ X: value });
});

test('fish and PowerShell have quotes of their own', () => {
  expect(renderVariable('fish', 'X', "a'b\\c")).toBe(String.raw`set -gx X 'a\'b\\c'`);
  expect(renderVariable('pwsh', 'X', "C:\\o'neil")).toBe(String.raw`$env:X = 'C:\o''neil'`);
});
