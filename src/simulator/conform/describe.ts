import { formatError, type Words, type WxDevError } from '../../core/errors.ts';
import { escapeText } from '../../core/errors/text.ts';
import type { Judged } from '../judge-end.ts';

/** What came back, in one line: status, type, size and how it begins; or why nothing did. */
export function describeAnswer({ response, faults, ms }: Judged): Words {
  if (response === undefined) {
    const [error] = faults;
    const time = `${Math.round(ms)} ms`;
    if (error === undefined) return { en: 'nothing', zh: '无' };
    return { en: `${titleOf(error, 'en')} (${time})`, zh: `${titleOf(error, 'zh')}（${time}）` };
  }
  const { status, headers, body } = response;
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const head = [`HTTP ${status}`, ...(type === undefined ? [] : [escapeText(type)])].join(' ');
  const start = escapeText(Buffer.from(body.subarray(0, startBytes)).toString());
  const quoted = body.length === 0 ? '' : ` "${start}"`;
  return {
    en: `${head}, ${body.length} bytes${quoted}`,
    zh: `${head}，${body.length} 字节${quoted}`,
  };
}

/** More than is shown of it. */
const startBytes = 256;

/** The title of an error in a language. */
function titleOf(error: WxDevError, language: 'en' | 'zh'): string {
  return formatError(error, language).title;
}
