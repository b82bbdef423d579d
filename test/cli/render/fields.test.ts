import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { fitFields, renderFields } from '../../../src/cli/render/fields.ts';
import { createFakeOutput } from '../fake-output.ts';

const fingerprint = Array.from({ length: 32 }, (_, index) =>
  (index + 16).toString(16).toUpperCase(),
).join(':');
const names =
  'localhost test local home.arpa 127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fe80::/10';
const path =
  '/home/张 三/a folder with spaces and a very long name that no terminal of forty columns holds/ca.pem';
const rows = [
  ['仅限', names],
  ['SHA-256', fingerprint],
  ['', '没有客户端会查询服务器证书的吊销列表：文件已删除，运行中的服务器在重启前仍会使用它。'],
  ['file', path],
  ['empty', ''],
] as const;

test.each([40, 80, 200])(
  'on a terminal of %i columns everything but a path fits, and nothing is lost',
  (columns) => {
    const lines = fitFields(rows, createFakeOutput({ columns }));
    const others = lines.filter((line) => !line.includes(path));
    for (const line of others)
      expect(stringWidth(line), line).toBeLessThanOrEqual(Math.min(columns, 80));
    expect(lines.join('').replaceAll(/\s/g, '')).toBe(rows.flat().join('').replaceAll(/\s/g, ''));
    expect(lines.some((line) => line.endsWith(path))).toBe(true);
    expect(lines.filter((line) => /[0-9A-F]{2}:$/.test(line)).length).toBeGreaterThan(0);
  },
);

test('in a pipe, and on a terminal too narrow for two columns, each value is one line', () => {
  expect(fitFields(rows, createFakeOutput({ isTTY: false }))).toEqual(renderFields(rows));
  expect(fitFields(rows, createFakeOutput({ columns: 20 }))).toEqual(renderFields(rows));
});
