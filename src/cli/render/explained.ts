import { formatError, type Language, type WxDevError } from '../../core/errors.ts';
import type { Output } from '../terminal.ts';
import { renderError } from './error.ts';

/** Exchanges whose errors are remembered: retries come within a minute. */
const MAX_REMEMBERED = 200;

/** Explains an error once for each exchange; for its retries the title is enough. Bounded. */
export class Explained {
  readonly #codes = new Map<number, Set<string>>();

  /** The error as lines below the exchange `id`. */
  render(error: WxDevError, id: number, output: Output, language: Language): string[] {
    const report = formatError(error, language);
    const isFirst = this.#isFirst(id, error.code);
    return renderError(isFirst ? report : { ...report, body: [], run: '' }, output, 4);
  }

  #isFirst(id: number, code: string): boolean {
    const codes = this.#codes.get(id) ?? new Set();
    this.#codes.set(id, codes);
    const [oldest] = this.#codes.keys();
    if (this.#codes.size > MAX_REMEMBERED && oldest !== undefined) this.#codes.delete(oldest);
    if (codes.has(code)) return false;
    codes.add(code);
    return true;
  }
}
