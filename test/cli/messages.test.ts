import { describe, expect, test } from 'vitest';
import { en } from '../../src/cli/messages/en.ts';
import { zh } from '../../src/cli/messages/zh.ts';

/** Every text of a table, functions called with values that can be found again. */
function texts(table: object, path = ''): [path: string, text: string, args: readonly string[]][] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') return [[at, value, []]];
    if (typeof value === 'function') {
      const args = Array.from({ length: value.length }, (_, index) => String(7001 + index));
      // Every function of the table takes texts and numbers and gives a text; numbers written as text serve for both.
      return [[at, (value as (...values: string[]) => string)(...args), args]];
    }
    return typeof value === 'object' && value !== null ? texts(value, at) : [];
  });
}

describe.each([
  ['en', en],
  ['zh', zh],
])('messages in %s', (language, table) => {
  test.each(texts(table))('%s is filled and says what it is given', (path, text, args) => {
    expect(text).not.toMatch(/undefined|\bNaN\b|\[object|%[sd]|\$\{|\{\{/);
    expect(text.trim(), path).not.toBe('');
    expect(text).toBe(text.trim());
    // Milliseconds are written as seconds, retries and attempts count from zero or one.
    const shown = text.replaceAll('7.0 s', '7001 7002');
    if (path !== 'exchange.attempt')
      for (const arg of args) if (path !== 'app.exited') expect(shown, path).toContain(arg);
  });

  test('ends no sentence in a full stop beside another', () => {
    expect(texts(table).filter(([, text]) => /[^.]\.\.$|。。$/.test(text))).toEqual([]);
  });

  test('is in its own language', () => {
    const own = { help: table.help, commands: table.commands, options: table.options };
    const chinese = texts(own).filter(([, text]) => /\p{Script=Han}/u.test(text));
    expect(chinese.length > 0).toBe(language === 'zh');
  });
});

test('zh has every key of en and no other', () => {
  const keys = (table: object): string[] =>
    texts({ ...table, exchange: {} })
      .map(([path]) => path)
      .toSorted();
  expect(keys(zh)).toEqual(keys(en));
});

test('says how the app ended', () => {
  expect(en.app.exited(3, undefined)).toBe('your app ended with exit code 3');
  expect(en.app.exited(undefined, 'SIGSEGV')).toBe('your app was ended by SIGSEGV');
  expect(zh.app.exited(3, undefined)).toContain('退出码 3');
  expect(zh.app.exited(undefined, 'SIGSEGV')).toContain('SIGSEGV');
});

test('times are written in the unit that reads best', () => {
  expect(en.tunnelState.reconnecting('gone', 250, 1)).toContain('250 ms');
  expect(zh.tunnelState.reconnected(2500, 'https://a.test')).toContain('2.5 s');
});

test('why a tunnel is closed is told in Chinese, but for a rule of the protocol', () => {
  const told = (reason: string): string => zh.tunnelState.closed('app', reason);
  expect(told('the relay asks for a token now')).toBe('隧道 app 已关闭：中继现在要求令牌');
  expect(told('its client ended')).toBe('隧道 app 已关闭：客户端已退出');
  expect(told('connection closed (1006)')).toBe('隧道 app 已关闭：连接断开（1006）');
  expect(told('DATA after END')).toBe('隧道 app 已关闭：DATA after END');
});
