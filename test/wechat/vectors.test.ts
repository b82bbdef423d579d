import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vectorKinds } from './vectors.ts';

test('every published known answer is held by a test', () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n');
  const asked = [...tests.matchAll(/vectorsOf\(\s*'([^']+)'/g)].map(([, kind]) => kind);
  expect(new Set(asked)).toEqual(vectorKinds());
});
