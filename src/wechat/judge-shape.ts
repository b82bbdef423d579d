import { formatError, WxDevError, type Language } from '../core/errors.ts';
import type { Format } from './account.ts';
import { attempt } from './attempt.ts';
import { parseBody, type ParsedBody } from './body.ts';
import { isFields } from './fields.ts';

/** What was found wrong with an answer, and what looks odd. */
export interface Findings {
  readonly faults: WxDevError[];
  readonly warnings: WxDevError[];
}

/** How much of an answer an error quotes, in characters. */
const quotedCharacters = 60;

/** End tags of `<xml>` that are tried when a second body is looked for. */
const maxEndTags = 8;

/** Whether a body is a web page: what login walls, error pages and tunnels put in the place of an answer. */
export function isHtml(text: string): boolean {
  return /^\s*<(?!xml[\s>/]|\?xml\s|!--|!\[CDATA)[!a-z]/iu.test(text);
}

/**
 * Reads the fields of an answer that is neither empty nor `success`; without `format` either will do. What stands around or instead of
 * them (quotes, HTML, the wrong data format, output before or after) goes to the findings; without fields there is at least one fault.
 */
export function readAnswer(
  text: string,
  format: Format | undefined,
  findings: Findings,
): ParsedBody | undefined {
  const fault = findForeign(text, format) ?? findBefore(text, findings);
  if (fault !== undefined) {
    findings.faults.push(fault);
    return undefined;
  }
  const { value: body, error } = attempt(() => parseBody(text));
  if (body === undefined) {
    findings.faults.push(
      findSecondBody(text) ?? new WxDevError('WXD2119', reasonOf(error), { cause: error }),
    );
    return undefined;
  }
  if (!isFields(body.fields['xml'])) return body;
  findings.faults.push(new WxDevError('WXD2107', {}));
  return undefined;
}

/** An error in one sentence per language, for the text of another one. */
export function reasonOf(error: WxDevError): { problem: string; problemZh: string } {
  const sentence = (language: Language): string => {
    const { title, body } = formatError(error, language);
    return [title, ...body.slice(0, 1)].join(language === 'zh' ? '：' : ': ');
  };
  return { problem: sentence('en'), problemZh: sentence('zh') };
}

/** The start of a foreign text. */
export function quote(text: string): string {
  return text.slice(0, quotedCharacters + 1);
}

function findForeign(text: string, format: Format | undefined): WxDevError | undefined {
  const trimmed = text.trim();
  if (/^(["'])success\1$/iu.test(trimmed)) return new WxDevError('WXD2105', { received: trimmed });
  if (isHtml(text)) return new WxDevError('WXD2103', { start: quote(trimmed) });
  const isJson = /^[[{]/u.test(trimmed);
  if (isJson && format === 'xml') return new WxDevError('WXD2104', { start: quote(trimmed) });
  if (isJson || /<xml[\s>/]/u.test(text)) return undefined;
  return new WxDevError('WXD2112', { received: quote(text) });
}

function findBefore(text: string, { warnings }: Findings): WxDevError | undefined {
  const first = text.trim().charAt(0);
  const at = /[[{]/u.test(first) ? text.indexOf(first) : text.search(/<\?xml\s|<!--|<xml[\s>/]/u);
  if (at === 0) return undefined;
  const before = text.slice(0, at);
  const error = new WxDevError('WXD2106', {
    before: quote(before),
    bytes: Buffer.byteLength(before),
  });
  if (!/^[ \t\r\n]*$/u.test(before)) return error;
  warnings.push(error); // Whether WeChat minds blank lines is not known.
  return undefined;
}

/** What follows the first complete reply. The parser decides where that ends, because text may contain `</xml>` too. */
function findSecondBody(text: string): WxDevError | undefined {
  let end = 0;
  for (let tries = 0; tries < maxEndTags; tries += 1) {
    end = text.indexOf('</xml>', end) + '</xml>'.length;
    if (end < '</xml>'.length) return undefined;
    const first = text.slice(0, end);
    if (attempt(() => parseBody(first)).error === undefined) {
      return new WxDevError('WXD2111', { after: quote(text.slice(end).trim()) });
    }
  }
  return undefined;
}
