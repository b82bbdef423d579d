import { expect, test } from 'vitest';
import { formatError, WxDevError } from '../../src/core/errors.ts';

/** The line of an error that quotes what was received. */
function quoted(received: string): string | undefined {
  return formatError(new WxDevError('WXD2112', { received }), 'en').body[0];
}

test('quotes foreign text without letting it command the terminal', () => {
  expect(quoted('\u{1B}[31m\u{202E}x\u{2028}\u{7}\r\n')).toBe(
    'received "\\u{1b}[31m\\u{202e}x\\u{2028}\\u{7}\\r\\n"',
  );
});

test('quotes emoji whole and cuts long text, not in the middle of an emoji', () => {
  expect(quoted('👨\u{200D}👩')).toBe('received "👨\u{200D}👩"');
  expect(quoted(`${'x'.repeat(59)}😀😀`)).toBe(`received "${'x'.repeat(59)}…"`);
});
