import { isWxDevError, WxDevError } from '../core/errors.ts';
import { parseBody } from '../wechat/body.ts';
import { isFields, isList, type FieldValue } from '../wechat/fields.ts';
import type { SendOutcome } from './outcome.ts';

/** What is expected of an outcome: `status=200`, `reply.type=text`, `reply.Content~=你好`, `ms<3000`. */
export interface Expectation {
  /** As the user wrote it. */
  readonly text: string;
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
}

/** How a value is compared. `~=` takes a text that is contained, or a pattern between slashes. */
type Operator = '=' | '!=' | '~=' | '<' | '<=' | '>' | '>=';

/** An expectation that was looked at. */
export interface CheckedExpectation {
  readonly expectation: string;
  readonly met: boolean;
  /** What there was instead; `nothing` when the name has no value. */
  readonly seen: string;
}

/** Longer texts are cut where they are reported. UTF-16 units. */
const maxSeen = 500;

const written = /^([^=<>!~\s][^=<>!~]*?)\s*(!=|~=|<=|>=|=|<|>)\s*(.*)$/su;

/**
 * Reads an expectation.
 *
 * @throws WXD6043 when it has no name, no operator, no number where one is compared, or a pattern that is none.
 */
export function parseExpectation(text: string): Expectation {
  const [, name, operator, value = ''] = written.exec(text) ?? [];
  if (name === undefined || !isOperator(operator)) throw new WxDevError('WXD6043', { text });
  const comparesNumbers = /^[<>]/u.test(operator);
  if (comparesNumbers && toNumber(value) === undefined) throw new WxDevError('WXD6043', { text });
  const expectation = { text, name: name.trim(), operator, value };
  if (operator === '~=') toPattern(expectation);
  return expectation;
}

/** Looks at the outcome for every expectation. */
export function checkExpectations(
  outcome: SendOutcome,
  expectations: readonly Expectation[],
): CheckedExpectation[] {
  return checkValues((name) => lookUp(outcome, name), expectations);
}

/** The same for anything that has values by name. */
export function checkValues(
  valueOf: (name: string) => string | undefined,
  expectations: readonly Expectation[],
): CheckedExpectation[] {
  return expectations.map((expectation) => {
    const seen = valueOf(expectation.name);
    const met = isMet(expectation, seen);
    return { expectation: expectation.text, met, seen: (seen ?? 'nothing').slice(0, maxSeen) };
  });
}

/** The expectations that are not met, as errors. */
export function unmet(checked: readonly CheckedExpectation[]): WxDevError<'WXD6044'>[] {
  return checked
    .filter(({ met }) => !met)
    .map(({ expectation, seen }) => new WxDevError('WXD6044', { expected: expectation, seen }));
}

/**
 * One value of an outcome as text: `status`, `ms`, `verdict`, `accepted`, `visible`, `summary`, `attempts`, `error` (code of the first
 * fault), `body`, `header.<name>`, `reply` (decrypted text), `reply.type`, and `reply.<field>` by WeChat's names (`reply.Content`,
 * `reply.Articles.item.0.Title`). Undefined when there is none.
 */
export function lookUp(outcome: SendOutcome, name: string): string | undefined {
  const { status, ms, verdict, accepted, visible, summary, attempts, faults, response } = outcome;
  const values: Readonly<Record<string, () => string | undefined>> = {
    status: () => String(status),
    ms: () => String(Math.round(ms)),
    verdict: () => verdict,
    accepted: () => String(accepted),
    visible: () => visible,
    summary: () => summary,
    attempts: () => String(attempts.length),
    error: () => faults[0]?.code,
    body: () => response && Buffer.from(response.body).toString(),
    reply: () => outcome.text,
    'reply.type': () => outcome.reply?.type ?? plainAnswer(outcome.text),
  };
  if (Object.hasOwn(values, name)) return values[name]?.();
  const [, kind, rest = ''] = /^(header|reply)\.(.+)$/su.exec(name) ?? [];
  if (kind === 'header') {
    const wanted = rest.toLowerCase();
    return response?.headers.find(([header]) => header.toLowerCase() === wanted)?.[1];
  }
  return kind === 'reply' ? replyField(outcome.text ?? '', rest.split('.')) : undefined;
}

/** What stands for a reply where there is none: `success` or `empty`. */
function plainAnswer(text: string | undefined): string | undefined {
  if (text === '') return 'empty';
  return text === 'success' ? text : undefined;
}

function replyField(text: string, path: readonly string[]): string | undefined {
  let value: FieldValue | undefined = fieldsOfText(text);
  for (const name of path) {
    if (isList(value)) {
      const hasPosition = /^\d+$/u.test(name);
      value = value[hasPosition ? Number(name) : 0];
      if (hasPosition) continue;
    } else if (name === '0') continue; // A list of one is its item.
    value = isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (value === undefined || typeof value === 'string') return value;
  return JSON.stringify(value);
}

function fieldsOfText(text: string): FieldValue | undefined {
  try {
    return parseBody(text).fields;
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return undefined;
  }
}

function isMet({ operator, value, ...rest }: Expectation, seen: string | undefined): boolean {
  if (operator === '!=') return seen !== value;
  if (seen === undefined) return false;
  if (operator === '=') return seen === value;
  if (operator === '~=') return toPattern({ operator, value, ...rest })(seen);
  const [left, right] = [toNumber(seen), toNumber(value)];
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return operator satisfies never;
  }
}

function toPattern({ text, value }: Expectation): (seen: string) => boolean {
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/su.exec(value) ?? [];
  if (source === undefined) return (seen) => seen.includes(value);
  try {
    const pattern = new RegExp(source, `${flags}`);
    return (seen) => pattern.test(seen);
  } catch (error) {
    throw new WxDevError('WXD6043', { text }, { cause: error });
  }
}

function toNumber(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text.replace(/\s*ms$/u, ''));
  return Number.isFinite(number) ? number : undefined;
}

function isOperator(text: string | undefined): text is Operator {
  return ['=', '!=', '~=', '<', '<=', '>', '>='].includes(text ?? '');
}
