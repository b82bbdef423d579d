import { baseUrl } from '../config';

/** WeChat refuses the eleventh request at once; ours wait instead. */
const MOST_AT_ONCE = 10;
const TIMEOUT_MS = 10_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Answer {
  readonly status: number;
  /** JSON where the answer is some, else text. */
  readonly data: unknown;
  readonly traceId: string;
}

/** What went wrong: `code` is the backend's, or 0 when there was no answer at all. */
export class ApiError extends Error {
  readonly code: number;
  readonly traceId: string;

  constructor(code: number, message: string, traceId = '') {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.traceId = traceId;
  }
}

let running = 0;
const waiting: (() => void)[] = [];

/** One request. Any HTTP status is an answer; only its absence throws. */
export async function send(
  method: Method,
  path: string,
  header: Record<string, string>,
  body: string | undefined,
): Promise<Answer> {
  const url = baseUrl() + path;
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await ask(url, method, header, body);
  } finally {
    // The place is handed over: nobody can take it in between.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** `data` of `{code, msg, data}`, or what went wrong. */
export function unwrap(answer: Answer): unknown {
  const { status, data, traceId } = answer;
  if (!isRecord(data) || typeof data.code !== 'number') {
    throw new ApiError(status * 100, `HTTP ${status}`, traceId);
  }
  if (data.code !== 0) throw new ApiError(data.code, String(data.msg), traceId);
  return data.data;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ask(
  url: string,
  method: Method,
  header: Record<string, string>,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    wx.request({
      url,
      method,
      timeout: TIMEOUT_MS,
      header: { 'Content-Type': 'application/json', ...header },
      ...(body === undefined ? {} : { data: body }),
      success: ({ statusCode, data, header: received }) => {
        resolve({ status: statusCode, data, traceId: traceIdOf(received) });
      },
      fail: ({ errMsg }) => reject(new ApiError(0, errMsg)),
    });
  });
}

/** The names come in whatever case the server, a proxy or the phone made of them. */
function traceIdOf(header: Readonly<Record<string, unknown>>): string {
  const name = Object.keys(header).find((key) => key.toLowerCase() === 'x-trace-id');
  return name === undefined ? '' : String(header[name]);
}
