import { WxDevError } from '../core/errors.ts';
import { isManagedField, parseFieldLine, type HeaderField } from '../wire/head.ts';

/** What is changed in the head of every request on its way to the local server. */
export interface HeaderRulesOptions {
  /** Value of Host, or `rewrite` for that of the local server. Absent: Host stays as it was sent. */
  readonly hostHeader?: string | undefined;
  /** Lines `Name: value`; they take the place of what a request brings under these names. */
  readonly headers?: readonly string[] | undefined;
  /** Names of fields that are taken away. */
  readonly removeHeaders?: readonly string[] | undefined;
}

/** Most fields that may be added: with them a head still has fewer than any server's limit. */
const MAX_ADDED = 32;

/** The changes to make in the head of each request. */
export class HeaderRules {
  readonly #host: string | undefined;
  readonly #added: readonly HeaderField[];
  readonly #dropped: ReadonlySet<string>;

  /**
   * @param localHost Host and port of the local server
   * @throws WXD6001 for what is no field, and for fields that the tunnel itself sets
   */
  constructor(
    { hostHeader, headers = [], removeHeaders = [] }: HeaderRulesOptions,
    localHost: string,
  ) {
    this.#host = hostHeader === 'rewrite' ? localHost : hostHeader;
    this.#added = headers.map(parseAdded);
    if (headers.length > MAX_ADDED) throw refused('--header', `${headers.length} fields`);
    const dropped = removeHeaders.map(parseRemoved);
    this.#dropped = new Set([...dropped, ...this.#added.map(([, , key]) => key)]);
  }

  /** Whether there is nothing to change. */
  get keepsAll(): boolean {
    return this.#host === undefined && this.#dropped.size === 0;
  }

  /** The fields of one request as the local server gets them; everything that no rule names stays in order and case. */
  apply(fields: readonly HeaderField[]): HeaderField[] {
    const host = this.#host;
    const kept = fields.filter(([, , key]) => !this.#dropped.has(key));
    if (host !== undefined) {
      const at = kept.findIndex(([, , key]) => key === 'host');
      const [name = 'Host'] = kept[at] ?? [];
      kept.splice(Math.max(at, 0), at < 0 ? 0 : 1, [name, host, 'host']);
    }
    return [...kept, ...this.#added];
  }
}

function parseAdded(line: string): HeaderField {
  // Beyond ASCII a value would come out as other bytes than were typed.
  const field = /^[\t\x20-\x7e]*$/.test(line) ? parseFieldLine(line) : undefined;
  if (!field) throw refused('--header', line.split(':', 1)[0] ?? '');
  if (isManagedField(field[2])) throw refused('--header', field[0]);
  return field;
}

function parseRemoved(name: string): string {
  const field = parseFieldLine(`${name.trim()}:`);
  if (!field || field[1] !== '' || isManagedField(field[2])) throw refused('--remove-header', name);
  return field[2];
}

/** Only the name is shown: the value may be a password. */
function refused(option: '--header' | '--remove-header', name: string): WxDevError<'WXD6001'> {
  const shown = JSON.stringify(name.slice(0, 60));
  const isAdded = option === '--header';
  return new WxDevError('WXD6001', {
    source: { name: option },
    received: shown,
    expected: {
      en: `${isAdded ? "'Name: value' in ASCII" : 'the name of a field'}; not Host (--host-header), Content-Length, Transfer-Encoding, hop-by-hop or x-wx-dev-* fields`,
      zh: `${isAdded ? '“名称: 值”（ASCII）' : '字段名'}；不能是 Host（用 --host-header）、Content-Length、Transfer-Encoding、逐跳字段或 x-wx-dev-*`,
    },
  });
}
