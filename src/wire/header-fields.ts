import { WxDevError } from '../core/errors.ts';

/** One header field: name and value as sent, and the name in lower case for comparing. */
export type HeaderField = readonly [name: string, value: string, key: string];

/** What a block of field lines says about the message and its connection. */
export interface FoundFields {
  /** All of them, in order. */
  readonly fields: readonly HeaderField[];
  /** How many Host fields there are, and the first one's value. */
  readonly hosts: number;
  readonly host: string | undefined;
  /** Options of Connection, in lower case; undefined where there is no such field. */
  readonly connection: ReadonlySet<string> | undefined;
  /** How many Upgrade fields there are, and the first one's value. */
  readonly upgrades: number;
  readonly upgrade: string | undefined;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly keepAliveS: number | undefined;
  /** How many of them are for this hop only, whatever Connection says. */
  readonly hopByHop: number;
  /**
   * The lines of those that are not hop-by-hop, each with its CRLF; undefined where one is not exactly as it would be written, with
   * one space after the colon and none at the end.
   */
  readonly lines: string | undefined;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const LENGTH = /^[0-9]{1,15}$/;

/** What each byte may be part of: a name, a value, or both. */
const IN_NAME = 1;
const IN_VALUE = 2;
const CLASSES = Uint8Array.from({ length: 256 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (TOKEN.test(char) ? IN_NAME : 0) | (VALUE.test(char) ? IN_VALUE : 0);
});

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Whether the field with the lower-case name `key` is for one hop only (RFC 9110 §7.6.1). */
export function isHopByHop(key: string): boolean {
  return HOP_BY_HOP.has(key);
}

/**
 * Parses field lines, each ended by CRLF, from `start` to the end of `text`, of which each character is a byte.
 *
 * @param maxFields More of them are refused
 * @throws WXD4012 with `status`, or 431 for too many in a request
 */
export function parseFields(
  text: string,
  start: number,
  status: number,
  maxFields: number,
): FoundFields {
  const fields: HeaderField[] = [];
  const found = new Findings();
  let lines = '';
  let isPlain = true;
  /** Where the lines begin that are not among `lines` yet. */
  let unsaid = start;
  for (let at = start; at < text.length;) {
    const colon = skip(text, at, IN_NAME);
    let from = colon + 1;
    while (isBlank(text.charCodeAt(from))) from += 1;
    const end = skip(text, from, IN_VALUE);
    const isWhole = text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF;
    // Also catches folded lines and a space before the colon: both start or end the name with white space.
    if (colon === at || text.charCodeAt(colon) !== COLON || !isWhole)
      throw malformed(faultOf(text, at), status);
    if (fields.length === maxFields)
      throw malformed(`more than ${maxFields} fields`, status === 400 ? 431 : status);
    // Not `trim()`, which would also take away bytes such as 0xA0 that belong to the value.
    let to = end;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    if (to !== end || from !== colon + 2 || text.charCodeAt(colon + 1) !== SPACE) isPlain = false;
    const name = text.slice(at, colon);
    const key = name.toLowerCase();
    const value = text.slice(from, to);
    fields.push([name, value, key]);
    if (found.note(key, value, status)) {
      lines += text.slice(unsaid, at);
      unsaid = end + 2;
    }
    at = end + 2;
  }
  if (found.isChunked && found.contentLength !== undefined)
    throw malformed('Content-Length together with Transfer-Encoding', status);
  found.fields = fields;
  if (isPlain) found.lines = lines + text.slice(unsaid);
  return found;
}

/** One line `Name: value` as a field, or undefined when it is none. */
export function parseFieldLine(line: string): HeaderField | undefined {
  try {
    return parseFields(`${line}\r\n`, 0, 400, 1).fields[0];
  } catch {
    return undefined; // WXD4012: what is wrong with it depends on who wrote it.
  }
}

/** The first value of the field with the lower-case name `key`. */
export function fieldValue(fields: readonly HeaderField[], key: string): string | undefined {
  for (const field of fields) if (field[2] === key) return field[1];
  return undefined;
}

/** Bytes that are not HTTP with only one reading. */
export function malformed(problem: string, status = 400): WxDevError<'WXD4012'> {
  return new WxDevError('WXD4012', { status, problem });
}

/** Gathers what the fields say, one after the other. */
class Findings implements FoundFields {
  fields: readonly HeaderField[] = [];
  hosts = 0;
  host: string | undefined;
  connection: Set<string> | undefined;
  upgrades = 0;
  upgrade: string | undefined;
  contentLength: number | undefined;
  isChunked = false;
  keepAliveS: number | undefined;
  hopByHop = 0;
  lines: string | undefined;

  /** @returns whether it is hop-by-hop */
  note(key: string, value: string, status: number): boolean {
    switch (key) {
      case 'host':
        this.hosts += 1;
        this.host ??= value;
        return false;
      case 'content-length':
        if (this.contentLength !== undefined) throw malformed('two Content-Length fields', status);
        if (!LENGTH.test(value)) throw malformed('a Content-Length that is no number', status);
        this.contentLength = Number(value);
        return false;
      default:
        if (!HOP_BY_HOP.has(key)) return false;
        this.#noteHop(key, value, status);
        return true;
    }
  }

  #noteHop(key: string, value: string, status: number): void {
    this.hopByHop += 1;
    switch (key) {
      case 'transfer-encoding':
        // A second field makes the list "chunked, chunked", which no sender may send.
        if (this.isChunked || value.toLowerCase() !== 'chunked')
          throw malformed('a Transfer-Encoding other than chunked', status);
        this.isChunked = true;
        return;
      case 'connection':
        this.connection ??= new Set();
        for (const option of value.split(',')) this.connection.add(option.trim().toLowerCase());
        return;
      case 'upgrade':
        this.upgrades += 1;
        this.upgrade ??= value;
        return;
      case 'keep-alive': {
        const seconds = /\btimeout=([0-9]{1,5})/i.exec(value)?.[1];
        if (seconds !== undefined) this.keepAliveS = Number(seconds);
        return;
      }
    }
  }
}

/** Where the characters of a class end that begin at `from`. */
function skip(text: string, from: number, kind: number): number {
  let at = from;
  while (at < text.length && ((CLASSES[text.charCodeAt(at)] ?? 0) & kind) !== 0) at += 1;
  return at;
}

/** What is wrong with the line at `at`. */
function faultOf(text: string, at: number): string {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return 'a field line without an end';
  const line = text.slice(at, end);
  const name = line.slice(0, Math.max(0, line.indexOf(':')));
  return TOKEN.test(name) ? `a control character in ${name}` : 'a field name that is no token';
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The lines of `fields`, each with its CRLF. */
export function formatFields(fields: readonly HeaderField[]): string {
  let text = '';
  for (const field of fields) text += `${field[0]}: ${field[1]}\r\n`;
  return text;
}
