import type { SuccessDifference } from '../core/errors/answers.ts';
import { formatError, isWxDevError, WxDevError, type Language } from '../core/errors.ts';
import type { Format } from './account.ts';
import { attempt } from './attempt.ts';
import { parseBody, type ParsedBody } from './body.ts';
import { isFields } from './fields.ts';
import { findCause } from './find-cause.ts';

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
  const tag = /^\s*<(!doctype|[a-z][a-z0-9]*)[\s>/]/iu.exec(text)?.[1]?.toLowerCase();
  return tag !== undefined && (tag === '!doctype' || htmlTags.has(tag));
}

/** With these pages and their fragments begin; any other root is somebody's XML. */
const htmlTags = new Set(
  'html head body meta title link script style div span p pre b i br hr h1 h2 h3 center table form a font'.split(
    ' ',
  ),
);

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
      findSecondBody(text) ??
        findMarkup(text, error) ??
        new WxDevError('WXD2119', reasonOf(error), { cause: error }),
    );
    return undefined;
  }
  if (body.format === 'xml' && format === 'json') {
    findings.warnings.push(new WxDevError('WXD2134', {}));
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
  if (/^["']\s*<(?:xml|\?xml)\b/u.test(trimmed)) {
    return new WxDevError('WXD2130', { start: quote(trimmed) });
  }
  if (/^&lt;(?:xml|\?xml)\b/u.test(trimmed)) {
    return new WxDevError('WXD2131', { start: quote(trimmed) });
  }
  const start = quote(trimmed);
  const cause = findCause({ status: 200, text });
  if (isHtml(text)) return new WxDevError('WXD2103', { start, cause });
  const root = /^\s*(?:<\?xml[^>]*>\s*)?<([a-z][\w:.-]*)[\s>/]/iu.exec(text)?.[1];
  if (root !== undefined && root !== 'xml') return new WxDevError('WXD2133', { root });
  const isJson = /^(?:\{|\[(?!object ))/u.test(trimmed);
  if (isJson && format === 'xml') return new WxDevError('WXD2104', { start, cause });
  if (isJson || /<xml[\s>/]/u.test(text)) return undefined;
  const difference = cause === undefined ? compareWithSuccess(text) : undefined;
  return new WxDevError('WXD2112', { received: quote(text), difference, cause });
}

function compareWithSuccess(text: string): SuccessDifference | undefined {
  const trimmed = text.trim(); // Removes a byte order mark too.
  if (trimmed === 'success' || trimmed === '')
    return text.startsWith('\u{FEFF}') ? 'bom' : 'white-space';
  if (trimmed.toLowerCase() === 'success') return 'capitals';
  if (
    /^Traceback \(most|\n\s+at \S|^(?:\w+\.)*\w*(?:Error|Exception)\b|^Fatal error/u.test(trimmed)
  ) {
    return 'stack-trace';
  }
  const isValue =
    /^(?:undefined|null|None|true|false|nil|\[object \w+\]|<\w[\w.]* object at .*>)$/iu;
  return isValue.test(trimmed) ? 'value' : undefined;
}

/** Mistakes of markup that have a name. Only looked for in text that does not parse. */
function findMarkup(text: string, error: WxDevError): WxDevError | undefined {
  if (!isWxDevError(error, 'WXD1201')) return undefined;
  const { problem, line, column } = error.details;
  const mistake = /<\s+!\s*\[CDATA\[|<!\s+\[CDATA\[/u.test(text)
    ? 'spaced-cdata'
    : problem.includes(']]>')
      ? 'unsplit-cdata'
      : hasBareMarkup(text)
        ? 'unescaped'
        : undefined;
  return mistake === undefined ? undefined : new WxDevError('WXD2132', { mistake, line, column });
}

/** A `&` that begins no entity, or a `<` that begins no tag, outside CDATA. */
function hasBareMarkup(text: string): boolean {
  const outside = text
    .split('<![CDATA[')
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf(']]>') + 1)));
  return outside.some((part) =>
    /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)|<(?![/?!a-z])/iu.test(part),
  );
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
