import { errorCatalogue, WxDevError, type ErrorCode } from '../core/errors.ts';
import { guideOf } from '../core/guides.ts';
import type { Invocation } from './command.ts';
import { exitCodeOfCode, exitCodes, type ExitCode } from './exit-codes.ts';
import { renderCodes, renderExplanation, type ListedCode } from './render/explain.ts';

/** Numbers that WeChat itself reports, and the error of wx-dev that explains them. */
const wechatNumbers: ReadonlyMap<string, ErrorCode> = new Map([
  ['40164', 'WXD1160'],
  ['60020', 'WXD1160'],
  ['200302', 'WXD1004'],
  // openapi回调地址请求不通过, where nothing was asked of the app.
  ['40057', 'WXD1151'],
]);

/** Most codes that are suggested for one that does not exist. */
const maxSuggestions = 3;

/** `wx-dev explain`: the long form of one error, or the list of all of them. Needs no network. */
export function runExplain({ args, context }: Invocation): Promise<ExitCode> {
  const [wanted] = args;
  if (wanted === undefined) listCodes(context);
  else explainCode(findCode(wanted), context);
  return Promise.resolve(exitCodes.ok);
}

type Surroundings = Invocation['context'];

function listCodes(context: Surroundings): void {
  const { out, json, language } = context;
  const codes: ListedCode[] = allCodes().map((code) => ({
    code,
    title: guideOf(code)?.[language].title ?? errorCatalogue[code].meaning,
  }));
  if (json) out.line(JSON.stringify(codes));
  else for (const line of renderCodes(codes, context)) out.line(line);
}

function explainCode(code: ErrorCode, context: Surroundings): void {
  const { out, json, language } = context;
  const { meaning } = errorCatalogue[code];
  const guide = guideOf(code);
  const explanation = {
    code,
    meaning,
    ...guide?.[language],
    source: guide?.source,
    exitCode: exitCodeOfCode(code),
  };
  if (json) out.line(JSON.stringify(explanation));
  else for (const line of renderExplanation(explanation, context)) out.line(line);
}

function allCodes(): ErrorCode[] {
  // The keys of the catalogue are the codes; `Object.keys` forgets it.
  return (Object.keys(errorCatalogue) as ErrorCode[]).toSorted();
}

/**
 * The code that was meant: in any case, with or without `WXD`.
 *
 * @throws WXD6001 with the nearest codes
 */
function findCode(wanted: string): ErrorCode {
  const digits = wanted.replace(/^wxd[-_ ]?/i, '');
  const codes = allCodes();
  const found = codes.find((code) => code === `WXD${digits}`) ?? wechatNumbers.get(digits);
  if (found !== undefined) return found;
  const near = nearest(`WXD${digits}`, codes);
  throw new WxDevError('WXD6001', {
    source: { name: '<code>' },
    received: wanted,
    expected: {
      en: `a code of wx-dev explain, such as ${near.join(', ')}`,
      zh: `wx-dev explain 列出的错误码，例如 ${near.join('、')}`,
    },
  });
}

function nearest(wanted: string, codes: readonly ErrorCode[]): ErrorCode[] {
  return codes
    .map((code) => ({ code, distance: distanceOf(wanted.slice(0, maxLength), code) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, maxSuggestions)
    .map(({ code }) => code);
}

/** Longer words are no mistyped codes, and cost time. */
const maxLength = 12;

/** How many characters must be added, dropped, changed or swapped with their neighbour to make `b` of `a`. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, changed, swapped));
    }
  }
  return at(a.length, b.length);
}
