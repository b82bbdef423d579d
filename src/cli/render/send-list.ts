import type { PushKind } from '../../wechat/samples.ts';
import type { Messages } from '../messages/en.ts';
import { widthOf } from './columns.ts';

/** One thing that can be sent, with the accounts that get it. */
export interface ListedKind {
  readonly name: string;
  readonly group: PushKind['group'] | 'verify' | 'pay' | 'scenario';
  readonly products: readonly (keyof Messages['send']['products'])[];
}

/** The names by kind of account, each list wrapped to `columns`. */
export function renderSendList(
  kinds: readonly ListedKind[],
  { send }: Messages,
  columns: number,
): string[] {
  const lines: string[] = [];
  for (const [product, title] of Object.entries(send.products)) {
    const names = kinds
      .filter(({ products }) => products.some((one) => one === product))
      .map(({ name }) => name);
    if (names.length > 0) lines.push(title, ...flow(names, columns), '');
  }
  return [...lines, send.listRest];
}

function flow(names: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const name of names) {
    if (line.trim() !== '' && widthOf(line) + 1 + widthOf(name) > columns) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${name}`;
  }
  return [...lines, line];
}
