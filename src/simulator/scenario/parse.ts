import { isWxDevError, WxDevError, type Words } from '../../core/errors.ts';
import { createFields, type Fields } from '../../wechat/fields.ts';
import { parseJson } from '../../wechat/json.ts';
import { isPayName } from '../../wechat/sample-pay.ts';
import { findPushKind } from '../../wechat/samples.ts';
import { similarNames } from '../../wechat/similar.ts';
import { createEntropy } from '../entropy.ts';
import { parseExpectation } from '../expectation.ts';
import { composeSample, payTampersOf, type Payment } from '../pay/compose-payment.ts';
import { tampers } from '../tamper.ts';
import { locate, type Located } from './locate.ts';
import type { Save, Scenario, Step, WrittenExpectation } from './scenario.ts';

/** The only version there is. */
const version = 1;

/** Most steps of one scenario: more is a generated file gone wrong. */
const maxSteps = 10_000;

const scenarioKeys = '$schema version name from to format values steps'.split(' ');
const stepKeys =
  'name send await content scene data set unset from to tamper path appId retry expect save'.split(
    ' ',
  );

/**
 * Reads a scenario file. `path` is how errors name it.
 *
 * @throws WXD6045 with the line, for anything that is not a scenario: no JSON, an unknown or doubled key, a value of another type, an
 * unknown push, an expectation that cannot be understood
 */
export function parseScenario(text: string, path: string): Scenario {
  const located = locate(text);
  // The type is written out so that TypeScript knows that `fail` never returns.
  const reader: Reader = new Reader(path, located);
  const root = reader.record(reader.json(text), '');
  reader.keys(root, '', scenarioKeys);
  if (root['version'] !== undefined && root['version'] !== version) {
    reader.fail('version', `expected 1, received ${show(root['version'])}`, '应为 1');
  }
  const format = reader.text(root, '', 'format');
  if (format !== undefined && format !== 'xml' && format !== 'json') {
    reader.fail('format', 'expected xml or json', '应为 xml 或 json');
  }
  const steps = root['steps'];
  if (!Array.isArray(steps) || steps.length === 0) {
    reader.fail('steps', 'expected a list with at least one step', '应为至少含一步的列表');
  }
  if (steps.length > maxSteps) {
    reader.fail('steps', `expected at most ${maxSteps} steps`, `最多 ${maxSteps} 步`);
  }
  return {
    path,
    name: reader.text(root, '', 'name') ?? path,
    from: reader.text(root, '', 'from'),
    to: reader.text(root, '', 'to'),
    format,
    values: Object.fromEntries(reader.texts(root, '', 'values')),
    steps: steps.map((step: unknown, index) => readStep(reader, step, `steps.${index}`)),
  };
}

function readStep(reader: Reader, value: unknown, at: string): Step {
  const step = reader.record(value, at);
  reader.keys(step, at, stepKeys);
  const [send, awaited] = [reader.text(step, at, 'send'), reader.text(step, at, 'await')];
  if ((send === undefined) === (awaited === undefined)) {
    reader.fail(at, 'expected "send" or "await", one of them', '应有 "send" 或 "await" 之一');
  }
  const data = step['data'];
  if (send !== undefined && send !== 'verify' && data === undefined) checkName(reader, send, at);
  if (send !== undefined && isPayName(send)) checkPayment(reader, step, send, at);
  const tamper = reader.text(step, at, 'tamper');
  const known = tampers.find((one) => one === tamper);
  if (tamper !== undefined && known === undefined) {
    reader.fail(`${at}.tamper`, `expected ${tampers.join(', ')}`, `应为 ${tampers.join('、')}`);
  }
  const content = reader.text(step, at, 'content');
  const described = [send ?? `await ${awaited ?? ''}`, content].filter((part) => part).join(' ');
  return {
    name: reader.text(step, at, 'name') ?? described,
    line: reader.lineOf(at),
    send,
    await: awaited,
    content,
    scene: reader.text(step, at, 'scene'),
    data: data === undefined ? undefined : readData(reader, data, `${at}.data`),
    set: reader.texts(step, at, 'set'),
    unset: readUnset(reader, step['unset'], `${at}.unset`),
    from: reader.text(step, at, 'from'),
    to: reader.text(step, at, 'to'),
    tamper: known,
    path: reader.text(step, at, 'path'),
    appId: reader.text(step, at, 'appId'),
    retry: readFlag(reader, step['retry'], `${at}.retry`),
    expect: reader.texts(step, at, 'expect').map((pair) => readExpectation(reader, pair, at)),
    save: readSaves(reader, step['save'], `${at}.save`),
  };
}

/** `"ms": "<3000"` is `ms<3000`, `"status": 200` is `status=200`. */
function readExpectation(
  reader: Reader,
  [name, value]: readonly [string, string],
  at: string,
): WrittenExpectation {
  const text = /^(?:!=|~=|<=|>=|=|<|>)/u.test(value) ? name + value : `${name}=${value}`;
  const path = `${at}.expect.${name}`;
  try {
    // What is only known later may be no number yet.
    const parsed = parseExpectation(text.replaceAll(/\$\{[^}]*\}/gu, '0'));
    return { text, line: reader.lineOf(path), parsed };
  } catch (error) {
    if (!isWxDevError(error, 'WXD6043')) throw error;
    return reader.fail(
      path,
      `cannot understand the expectation ${JSON.stringify(text)}`,
      `无法理解期望 ${JSON.stringify(text)}`,
    );
  }
}

function readSaves(reader: Reader, value: unknown, at: string): Save[] {
  if (value === undefined) return [];
  return Object.entries(reader.record(value, at)).map(([name, what]) => {
    if (typeof what === 'string') return { name, value: what };
    const place = `${at}.${name}`;
    const record = reader.record(what, place);
    reader.keys(record, place, ['value', 'match']);
    const from = reader.text(record, place, 'value');
    const match = reader.text(record, place, 'match');
    if (from === undefined) return reader.fail(place, 'expected "value"', '缺少 "value"');
    return {
      name,
      value: from,
      match: match === undefined ? undefined : pattern(reader, match, place),
    };
  });
}

function pattern(reader: Reader, source: string, at: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    const shown = JSON.stringify(source);
    return reader.fail(`${at}.match`, `${shown} is no pattern`, `${shown} 不是正则表达式`);
  }
}

function readUnset(reader: Reader, value: unknown, at: string): string[] {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((name) =>
    typeof name === 'string' ? name : reader.fail(at, 'expected names of fields', '应为字段名'),
  );
}

function readFlag(reader: Reader, value: unknown, at: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  return reader.fail(at, 'expected true or false', '应为 true 或 false');
}

/** Through our own reader, which keeps 19-digit numbers; what JSON.parse made of them is already rounded. */
function readData(reader: Reader, value: unknown, at: string): Fields {
  if (typeof value === 'string') return reader.fail(at, 'expected an object', '应为对象');
  try {
    return createFields(Object.entries(parseJson(JSON.stringify(reader.record(value, at)))));
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return reader.fail(at, error.message, error.message);
  }
}

/** What only pushes have, and what of a payment cannot be broken. */
function checkPayment(
  reader: Reader,
  step: Readonly<Record<string, unknown>>,
  send: string,
  at: string,
): void {
  const foreign = ['data', 'scene', 'to', 'appId'].find((key) => step[key] !== undefined);
  if (foreign !== undefined) {
    reader.fail(
      `${at}.${foreign}`,
      'a payment has none; use "set"',
      '支付通知没有此项；请用 "set"',
    );
  }
  if (step['tamper'] === undefined || send.includes('${')) return;
  const possible: readonly string[] = payTampersOf(composeSample(unnamed(send), createEntropy('')));
  if (possible.some((one) => one === step['tamper'])) return;
  const [en, zh] = [possible.join(', '), possible.join('、')];
  reader.fail(`${at}.tamper`, `of ${send} expected ${en}`, `${send} 应为 ${zh}`);
}

function unnamed(name: string): Payment {
  return { name, set: [], unset: [] };
}

function checkName(reader: Reader, send: string, at: string): void {
  if (send.includes('${')) return;
  try {
    if (isPayName(send)) composeSample(unnamed(send), createEntropy(''));
    else findPushKind(send);
  } catch (error) {
    if (!isWxDevError(error, 'WXD1207')) throw error;
    const similar = error.details.similar.join(', ');
    const [en, zh] =
      similar === '' ? ['', ''] : [`; similar: ${similar}`, `；相近的有：${similar}`];
    const name = JSON.stringify(send.slice(0, 60));
    reader.fail(`${at}.send`, `unknown push ${name}${en}`, `未知的推送 ${name}${zh}`);
  }
}

/** Reads values and says where the first wrong one stands. */
class Reader {
  readonly #path: string;
  readonly #located: Located;

  constructor(path: string, located: Located) {
    this.#path = path;
    this.#located = located;
  }

  lineOf(at: string): number {
    return this.#located.lineOf(at);
  }

  fail(at: string, en: string, zh: string): never {
    const key = at.replace(/^.*\.(?=[^.]*$)/u, '');
    const isKey = key !== '' && !/^\d+$/u.test(key);
    const reason: Words = isKey ? { en: `"${key}": ${en}`, zh: `"${key}"：${zh}` } : { en, zh };
    throw new WxDevError('WXD6045', { path: this.#path, line: this.lineOf(at), reason });
  }

  json(text: string): unknown {
    const { duplicate, stopLine } = this.#located;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      const reason = { en: 'it is not JSON from here on', zh: '从这里起不是 JSON' };
      throw new WxDevError('WXD6045', { path: this.#path, line: stopLine, reason }, { cause });
    }
    if (duplicate === undefined) return value;
    const { key, line } = duplicate;
    const reason = { en: `"${key}" is there twice`, zh: `"${key}" 出现了两次` };
    throw new WxDevError('WXD6045', { path: this.#path, line, reason });
  }

  record(value: unknown, at: string): Readonly<Record<string, unknown>> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>; // Just checked; values are read one by one.
    }
    return this.fail(at, `expected an object, received ${show(value)}`, '应为对象');
  }

  keys(record: object, at: string, known: readonly string[]): void {
    const stranger = Object.keys(record).find((key) => !known.includes(key));
    if (stranger === undefined) return;
    const [similar] = similarNames(stranger, known);
    const [en, zh] =
      similar === undefined
        ? [`known here: ${known.join(', ')}`, `这里可用：${known.join('、')}`]
        : [`did you mean "${similar}"?`, `是否想写 "${similar}"？`];
    this.fail(`${at === '' ? '' : `${at}.`}${stranger}`, `unknown; ${en}`, `未知；${zh}`);
  }

  /** A text, a number or a truth as text. */
  text(record: Readonly<Record<string, unknown>>, at: string, key: string): string | undefined {
    const value = record[key];
    if (value === undefined) return undefined;
    return this.#scalar(value, at === '' ? key : `${at}.${key}`);
  }

  texts(
    record: Readonly<Record<string, unknown>>,
    at: string,
    key: string,
  ): (readonly [string, string])[] {
    const value = record[key];
    if (value === undefined) return [];
    const place = at === '' ? key : `${at}.${key}`;
    return Object.entries(this.record(value, place)).map(
      ([name, inner]) => [name, this.#scalar(inner, `${place}.${name}`)] as const,
    );
  }

  #scalar(value: unknown, at: string): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value) || !Number.isInteger(value)) return String(value);
      this.fail(
        at,
        'write long numbers in quotes: JSON rounds them',
        '长数字请加引号，否则会被舍入',
      );
    }
    return this.fail(at, `expected a text, received ${show(value)}`, '应为文本');
  }
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
