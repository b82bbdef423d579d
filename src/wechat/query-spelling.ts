import {
  decodePercent,
  parameterNames,
  parsePushQuery,
  properties,
  type MutableQuery,
  type ParameterName,
  type PushQuery,
} from './query.ts';

/** A parameter that two readers of one query may read differently. */
export interface Ambiguity {
  readonly parameter: ParameterName;
  /** The names as they came, decoded, in their order. */
  readonly seen: readonly string[];
}

/** A query that was read once, with what is wrong with it. */
export interface ReadQuery {
  readonly query: PushQuery;
  readonly ambiguity: Ambiguity | undefined;
}

/** `parsePushQuery` and `findAmbiguity` together: what WeChat sends is found to be plain in one pass. */
export function readPushQuery(rawQuery: string): ReadQuery {
  const query = readPlain(rawQuery);
  if (query !== undefined) return { query, ambiguity: undefined };
  return { query: parsePushQuery(rawQuery), ambiguity: findAmbiguity(rawQuery) };
}

/** Most names an ambiguity lists: a query can hold thousands. */
const maxSeen = 4;

/**
 * Finds a parameter of WeChat that came twice, or under a spelling that some framework takes for it: PHP reads `msg.signature`,
 * `msg_signature[]` and ` msg_signature` as `msg_signature`, ASP.NET ignores case, others split at `;`. WeChat sends each once, spelled
 * as in its documents. Of two, one framework takes the first and another the last, so that what is verified need not be what is used.
 */
export function findAmbiguity(rawQuery: string): Ambiguity | undefined {
  const seen = new Map<ParameterName, string[]>();
  for (const pair of rawQuery.replace(/^\?/u, '').split(/[&;]/u)) {
    const name = decodeName(pair.split('=', 1)[0] ?? '');
    const parameter = canonical(name);
    if (parameter === undefined) continue;
    const names = seen.get(parameter) ?? [];
    seen.set(parameter, names);
    if (names.length < maxSeen) names.push(name);
  }
  for (const [parameter, names] of seen) {
    if (names.length > 1 || names[0] !== parameter) return { parameter, seen: names };
  }
  return undefined;
}

/** Reads a query in which every name is one of WeChat's, each comes once with a value, and no other reader could see another name. */
function readPlain(rawQuery: string): PushQuery | undefined {
  const query: MutableQuery = {};
  if (rawQuery.includes(';')) return undefined;
  for (let at = 0; at < rawQuery.length;) {
    const mark = rawQuery.indexOf('&', at);
    const end = mark === -1 ? rawQuery.length : mark;
    const equals = rawQuery.indexOf('=', at);
    if (equals === -1 || equals + 1 >= end) return undefined;
    const property = properties.get(rawQuery.slice(at, equals));
    if (property === undefined || query[property] !== undefined) return undefined;
    query[property] = decodePercent(rawQuery.slice(equals + 1, end));
    at = end + 1;
  }
  return query;
}

/** The parameter of WeChat that the most lenient of frameworks takes `name` for. */
function canonical(name: string): ParameterName | undefined {
  const [beforeNul = ''] = name.split('\0', 1);
  const plain = beforeNul.trim().replace(/\[.*$/su, '').replaceAll(/[ .]/gu, '_').toLowerCase();
  return parameterNames.find((parameter) => parameter === plain);
}

function decodeName(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced; // Not percent-encoded UTF-8: no name of WeChat's.
  }
}
