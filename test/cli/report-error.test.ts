import { describe, expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { en } from '../../src/cli/messages/en.ts';
import { zh } from '../../src/cli/messages/zh.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { createFakeOutput } from './fake-output.ts';

describe('the end of a command', () => {
  test('by a mistake is explained without a stack, on stderr only', async () => {
    const { code, out, err } = await report(new WxDevError('WXD4017', { name: 'my-app' }));
    expect(code).toBe(5);
    expect(out.text()).toBe('');
    expect(err.lines()[0]).toBe('x Another client of yours has taken over my-app  WXD4017');
    expect(err.text()).not.toMatch(/^ +at /m);
  });

  test('is told in the language of the user', async () => {
    const { err } = await report(new WxDevError('WXD4017', { name: 'my-app' }), { language: 'zh' });
    expect(err.lines()[0]).toContain('my-app');
    expect(err.text()).toMatch(/\p{Script=Han}/u);
  });

  test('by a bug shows its stack and asks for a report', async () => {
    const { code, out, err } = await report(new TypeError('x is undefined'));
    expect(code).toBe(1);
    expect(out.text()).toBe('');
    expect(err.text()).toMatch(/^TypeError: x is undefined\n +at /);
    expect(err.lines().at(-1)).toBe(en.usage.bug);
  });

  test.each([['text'], [undefined], [null], [{ odd: true }]])(
    'by a thrown %j is a bug too',
    async (thrown) => {
      const { code, err } = await report(thrown);
      expect(code).toBe(1);
      expect(err.lines().at(-1)).toBe(en.usage.bug);
    },
  );

  test('with --json is one object on stdout besides', async () => {
    const mistake = await report(new WxDevError('WXD4017', { name: 'a' }), { json: true });
    expect(mistake.out.lines()).toHaveLength(1);
    expect(JSON.parse(mistake.out.text())).toEqual({
      event: 'error',
      code: 'WXD4017',
      message: 'Another client of yours has taken over a',
      body: expect.arrayContaining([expect.any(String)]) as unknown,
      run: expect.stringMatching(/^wx-dev /) as unknown,
    });
    const bug = await report(new TypeError('x\ny'), { json: true });
    expect(bug.out.lines()).toHaveLength(1);
    expect(JSON.parse(bug.out.text())).toMatchObject({ event: 'error', code: 'bug' });
  });
});

async function report(
  error: unknown,
  { language = 'en', json = false }: { language?: 'en' | 'zh'; json?: boolean } = {},
) {
  const out = createFakeOutput();
  const err = createFakeOutput();
  const messages = language === 'zh' ? zh : en;
  const code = await reportError(error, { out, err, language, messages, json });
  return { code, out, err };
}
