import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import type { LateEnd } from '../core/exchange.ts';
import type { AbortableOptions } from '../core/abort.ts';
import { readHistory } from '../inspector/read.ts';
import type { RecordedExchange } from '../inspector/record.ts';
import { historyFolder } from '../inspector/segments.ts';
import type { Context } from './context.ts';

/** Which exchanges a person means: `last`, `17`, `#17`, `17..20`. */
export type Selector =
  | { readonly type: 'last'; readonly text: string }
  | {
      readonly type: 'range';
      readonly first: number;
      readonly last: number;
      readonly text: string;
    };

/** Exchanges by id, in the order of their ids; each with every delivery that is recorded. */
export type Found = ReadonlyMap<number, readonly RecordedExchange[]>;

/** The history of the project in the current folder, which may not exist yet. Makes nothing. */
export function recordedFolder({ cwd }: Pick<Context, 'cwd'>): string {
  return historyFolder(join(cwd, '.wx-dev'));
}

/** @throws WXD6001 for what is neither an id nor a range of ids */
export function parseSelector(text: string, argument: string): Selector {
  if (text === 'last') return { type: 'last', text };
  const [, from, to = from] = /^#?(\d{1,15})(?:\.\.#?(\d{1,15}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from !== undefined && first <= last) return { type: 'range', first, last, text };
  throw new WxDevError('WXD6001', {
    source: { name: argument },
    received: JSON.stringify(text),
    expected: {
      en: 'an id of wx-dev logs: 17, #17, a range such as 17..20, or last',
      zh: 'wx-dev logs 列出的编号：17、#17、范围 17..20，或 last',
    },
  });
}

/**
 * Reads the exchanges that `selector` means. `last` is the one that was recorded last, with its earlier deliveries.
 *
 * @throws WXD6061 when none is recorded, WXD6064 when the history cannot be read
 */
export async function findRecorded(
  folder: string,
  selector: Selector,
  options: AbortableOptions,
): Promise<Found> {
  const found = new Map<number, RecordedExchange[]>();
  let range: { first: number; last: number } | undefined;
  const { first, last } = selector.type === 'range' ? selector : await lastRange(folder, options);
  for await (const item of readHistory(folder, options)) {
    if (item.type === 'late') attach(found.get(item.late.id), item.late);
    if (item.type !== 'exchange') continue;
    const { exchange } = item;
    const { id } = exchange;
    range = { first: Math.min(range?.first ?? id, id), last: Math.max(range?.last ?? id, id) };
    if (id < first || id > last) continue;
    const deliveries = found.get(id);
    if (deliveries) deliveries.push(exchange);
    else found.set(id, [exchange]);
  }
  if (found.size > 0) return new Map([...found].toSorted(([one], [other]) => one - other));
  const wanted = selector.type === 'last' || first !== last ? selector.text : `#${first}`;
  throw new WxDevError('WXD6061', { wanted, ...range });
}

/** To the delivery whose reply it was: the last one before it. */
function attach(deliveries: RecordedExchange[] | undefined, late: LateEnd): void {
  const last = deliveries?.pop();
  if (last !== undefined) deliveries?.push({ ...last, late });
}

async function lastRange(
  folder: string,
  options: AbortableOptions,
): Promise<{ first: number; last: number }> {
  let id = 0;
  for await (const item of readHistory(folder, options)) {
    if (item.type === 'exchange') id = item.exchange.id;
  }
  return { first: id, last: id };
}
