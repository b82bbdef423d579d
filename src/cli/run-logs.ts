import { WxDevError } from '../core/errors.ts';
import type { LateEnd, Verdict } from '../core/exchange.ts';
import { readHistory } from '../inspector/read.ts';
import type { RecordedItem } from '../inspector/record.ts';
import { listOption, textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { findRecorded, parseSelector, recordedFolder } from './recorded.ts';
import { recordedJson, renderRecorded } from './render/recorded.ts';
import { day } from './render/clock.ts';
import { exchangeJson, renderExchange } from './render/exchange.ts';
import { lateReplyJson, renderLateReply } from './render/late.ts';
import { interruptedBy } from './signals.ts';

/** How many exchanges are listed when nobody says: what a screen or two show. */
const DEFAULT_LIMIT = 100;

/** The same for --follow: enough to see where one is. */
const FOLLOW_LIMIT = 10;

/** More could not be read by anybody, and would have to be held in memory. */
const MAX_LIMIT = 100_000;

/** `wx-dev logs`: lists what is recorded, follows it, or shows one exchange with everything that is known of it. */
export async function runLogs(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const follow = options['follow'] === true;
  const [id] = args;
  if (id === undefined) return list(invocation, follow);
  if (follow) throw invalid('--follow', id, 'no id beside it', '不能同时给出编号');
  const folder = recordedFolder(context);
  const found = await findRecorded(folder, parseSelector(id, '[id]'), context);
  for (const exchange of [...found.values()].flat()) {
    if (context.json) context.out.line(JSON.stringify(recordedJson(exchange)));
    else for (const line of renderRecorded(exchange, context)) context.out.line(line);
  }
  return exitCodes.ok;
}

async function list({ options, context }: Invocation, follow: boolean): Promise<ExitCode> {
  const { signal } = context;
  const isWanted = filterOf(options, Date.now());
  const limit = limitOf(options) ?? (follow ? FOLLOW_LIMIT : DEFAULT_LIMIT);
  const print = printer(context);
  // What was recorded before now, until it is known which of it is the end; then undefined.
  let earlier: RecordedItem[] | undefined = [];
  const counts = { unreadable: 0, cut: 0 };
  const onEnd = (): void => {
    for (const item of earlier ?? []) print(item);
    tellCounts(context, { ...counts, none: earlier?.length === 0 && !follow });
    earlier = undefined;
  };
  try {
    for await (const item of readHistory(recordedFolder(context), { follow, signal, onEnd })) {
      if (item.type === 'unreadable') counts.unreadable += 1;
      else if (!isWanted(item)) continue;
      else if (!earlier) print(item);
      else {
        earlier.push(withoutBodies(item));
        if (earlier.length > limit) counts.cut += earlier.splice(0, 1).length;
      }
    }
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!follow || !interruptedBy(signal, error)) throw error;
  }
  return exitCodes.ok;
}

/** Prints exchanges as the live log does, and the day where it changes. */
function printer({ out, messages, language, verbose, json }: Context): (e: RecordedItem) => void {
  let today = day(Date.now());
  const view = { output: out, messages, language, verbose };
  return (item) => {
    const { startedAt } = item.type === 'late' ? item.late : item.exchange;
    if (json) {
      const at = new Date(startedAt).toISOString();
      const line = item.type === 'late' ? lateReplyJson(item.late) : exchangeJson(item.exchange);
      out.line(JSON.stringify({ ...line, at }));
      return;
    }
    const date = day(startedAt);
    if (date !== today) out.line(out.tone('dim', `-- ${date}`));
    today = date;
    const lines =
      item.type === 'late' ? renderLateReply(item.late, view) : renderExchange(item.exchange, view);
    for (const line of lines) out.line(line);
  };
}

function tellCounts(
  { err, messages, quiet, json }: Context,
  { none, cut, unreadable }: { none: boolean; cut: number; unreadable: number },
): void {
  const { logs } = messages;
  if (quiet || json) return;
  if (cut > 0) err.line(err.tone('dim', logs.cut(cut)));
  if (unreadable > 0) err.line(err.tone('warn', logs.unreadable(unreadable)));
  if (none) err.line(logs.empty);
}

/** A list needs no bodies, and a hundred thousand of them would not fit. */
function withoutBodies(item: RecordedItem): RecordedItem {
  if (item.type === 'late') return item;
  const { exchange } = item;
  const nothing = { headers: [], body: Buffer.alloc(0) };
  return {
    type: 'exchange',
    exchange: {
      ...exchange,
      push: undefined,
      answerText: undefined,
      response: undefined,
      request: { ...exchange.request, ...nothing },
    },
  };
}

/** As what a late reply is found by --verdict. */
const lateVerdicts: Readonly<Record<LateEnd['end'], Verdict>> = {
  delivered: 'ok',
  silent: 'ok',
  failed: 'failed',
  cancelled: 'failed',
};

type Options = Invocation['options'];

function filterOf(options: Options, now: number): (item: RecordedItem) => boolean {
  const since = sinceOf(options, now);
  const types = listOption(options, 'type')
    .flatMap((names) => names.split(','))
    .map((name) => name.trim().toLowerCase());
  const verdict = textOption(options, 'verdict');
  const openid = textOption(options, 'openid');
  return (item) => {
    const entry = item.type === 'late' ? item.late : item.exchange;
    const given = item.type === 'late' ? lateVerdicts[item.late.end] : item.exchange.verdict;
    return (
      entry.startedAt >= since &&
      (types.length === 0 || types.includes(entry.type.toLowerCase())) &&
      (verdict === undefined || given === verdict) &&
      (openid === undefined || (entry.openid ?? '').startsWith(openid))
    );
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time span back from now, or a point in time. */
function sinceOf(options: Options, now: number): number {
  const text = textOption(options, 'since');
  if (text === undefined) return Number.NEGATIVE_INFINITY;
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw invalid(
    '--since',
    text,
    'a span such as 30s, 10m, 2h, 7d, or a time such as 2026-11-21T14:30',
    '时长（如 30s、10m、2h、7d）或时间（如 2026-11-21T14:30）',
  );
}

function limitOf(options: Options): number | undefined {
  const text = textOption(options, 'limit');
  if (text === undefined) return undefined;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid('--limit', text, `a number from 1 to ${MAX_LIMIT}`, `1 到 ${MAX_LIMIT} 的整数`);
}

function invalid(name: string, received: string, en: string, zh: string): WxDevError {
  return new WxDevError('WXD6001', {
    source: { name },
    received: JSON.stringify(received),
    expected: { en, zh },
  });
}
