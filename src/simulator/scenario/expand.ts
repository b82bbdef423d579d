import { WxDevError } from '../../core/errors.ts';

/** Longest text that values may become, in UTF-16 units: values that double each other would fill the memory. */
const maxLength = 65_536;

/** Most references one text may lead to: values that refer to two others each double the work at every level. */
const maxReferences = 10_000;

/** What one text may still cost. */
interface Budget {
  references: number;
}

/** What `${…}` may refer to. */
export interface Values {
  /** Of the scenario file: texts that may refer to others. */
  readonly written: Readonly<Record<string, string>>;
  /** From answers of the app: taken as they are, so that an app cannot make the test reveal an environment variable. */
  readonly saved: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the text stands, for errors. */
export interface Place {
  readonly path: string;
  readonly line?: number | undefined;
}

/**
 * The text with each `${name}` and `${env:NAME}` replaced; `$${` is a plain `${`.
 *
 * @throws WXD6046 for a value that is not there, WXD6047 for values that refer to each other in a circle or grow beyond 64 KB
 */
export function expand(text: string, values: Values, place: Place): string {
  return expandIn(text, { values, place, budget: { references: maxReferences } }, []);
}

interface Expanding {
  readonly values: Values;
  readonly place: Place;
  readonly budget: Budget;
}

function expandIn(text: string, expanding: Expanding, chain: readonly string[]): string {
  if (!text.includes('${')) return text;
  let length = 0;
  return text.replaceAll(/\$\$\{|\$\{([^}]*)\}|[^$]+|\$/gu, (part, name: string | undefined) => {
    const piece =
      part === '$${' ? '${' : name === undefined ? part : valueOf(name.trim(), expanding, chain);
    length += piece.length;
    if (length > maxLength) throw endless([...chain, name ?? text.slice(0, 20)], expanding.place);
    return piece;
  });
}

function valueOf(name: string, expanding: Expanding, chain: readonly string[]): string {
  const { values, place, budget } = expanding;
  budget.references -= 1;
  if (chain.includes(name) || budget.references < 0) throw endless([...chain, name], place);
  const { saved, written, env } = values;
  const found = name.startsWith('env:') ? env[name.slice('env:'.length)] : saved.get(name);
  if (found !== undefined) return found;
  const text = Object.hasOwn(written, name) ? written[name] : undefined;
  if (text !== undefined) return expandIn(text, expanding, [...chain, name]);
  const known = [...saved.keys(), ...Object.keys(written)].slice(0, 20);
  throw new WxDevError('WXD6046', { name, known, path: place.path, line: place.line });
}

function endless(chain: readonly string[], { path, line }: Place): WxDevError {
  return new WxDevError('WXD6047', { chain, path, line });
}
