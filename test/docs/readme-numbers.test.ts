import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformRules } from '../../src/simulator/conform/rules.ts';
import { pushKinds } from '../../src/wechat/samples.ts';

const english = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const chinese = readFileSync(new URL('../../README.zh-CN.md', import.meta.url), 'utf8');

test('both READMEs count the kinds of pushes rightly', () => {
  expect(english).toContain(`any of ${pushKinds.length} messages, events and notices`);
  expect(chinese).toContain(`${pushKinds.length} 种消息、事件与通知`);
});

test('both READMEs count the rules of conform and their groups rightly', () => {
  expect(new Set(conformRules.map((rule) => rule.group)).size).toBe(15);
  expect(english).toContain(`with ${conformRules.length} rules in fifteen groups`);
  expect(chinese).toContain(`用十五组 ${conformRules.length} 条规则`);
});
