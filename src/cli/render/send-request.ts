import type { ReceivedAnswer, SentRequest } from '../../simulator/outcome.ts';

/** Ways to print a request. */
export const printForms = ['http', 'curl', 'xml', 'har'] as const;

/** `http` as on the wire, `curl` as a command, `xml` the message before it was encrypted, `har` for other tools. */
export type PrintForm = (typeof printForms)[number];

/** A request with what came of it. */
export interface PrintedExchange {
  readonly request: SentRequest;
  /** The message before it was encrypted; a verification has none. */
  readonly plain: string | undefined;
  readonly response?: ReceivedAnswer | undefined;
  readonly ms?: number | undefined;
  /** When it was sent. */
  readonly startedAt: Date;
  /** Of wx-dev. */
  readonly version: string;
}

/** The request as text that another program takes: nothing is cut or escaped for a terminal. */
export function printRequest(form: PrintForm, exchange: PrintedExchange): string {
  switch (form) {
    case 'http':
      return printHttp(exchange.request);
    case 'curl':
      return printCurl(exchange.request);
    case 'xml':
      return exchange.plain ?? exchange.request.url;
    case 'har':
      return JSON.stringify(toHar(exchange), null, 2);
    default:
      return form satisfies never;
  }
}

function printHttp({ method, url, headers, body }: SentRequest): string {
  const { pathname, search } = new URL(url);
  const head = [
    `${method} ${pathname}${search} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join('\r\n')}\r\n\r\n${Buffer.from(body).toString()}`;
}

function printCurl({ method, url, headers, body }: SentRequest): string {
  const text = Buffer.from(body).toString();
  const parts = [
    'curl -i --max-time 5',
    // curl makes these two itself, and would send them twice.
    ...headers
      .filter(([name]) => !['Host', 'Content-Length'].includes(name))
      .map(([name, value]) => `-H ${shellText(`${name}: ${value}`)}`),
    ...(method === 'POST' ? [`--data-binary ${shellText(text)}`] : []),
    shellText(url),
  ];
  return parts.join(' \\\n  ');
}

function shellText(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/. */
function toHar({ request, response, ms = 0, startedAt, version }: PrintedExchange): object {
  const { searchParams } = new URL(request.url);
  const mimeOf = (headers: SentRequest['headers']): string =>
    headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const pairs = (headers: SentRequest['headers']): object[] =>
    headers.map(([name, value]) => ({ name, value }));
  const common = { httpVersion: 'HTTP/1.1', cookies: [], headersSize: -1 };
  const entry = {
    startedDateTime: startedAt.toISOString(),
    time: ms,
    request: {
      ...common,
      method: request.method,
      url: request.url,
      headers: pairs(request.headers),
      queryString: [...searchParams].map(([name, value]) => ({ name, value })),
      bodySize: request.body.length,
      ...(request.body.length > 0 && {
        postData: { mimeType: mimeOf(request.headers), text: Buffer.from(request.body).toString() },
      }),
    },
    response: {
      ...common,
      status: response?.status ?? 0,
      statusText: '',
      redirectURL: '',
      headers: pairs(response?.headers ?? []),
      bodySize: response?.body.length ?? -1,
      content: {
        size: response?.body.length ?? 0,
        mimeType: mimeOf(response?.headers ?? []),
        text: Buffer.from(response?.body ?? []).toString(),
      },
    },
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
  };
  return { log: { version: '1.2', creator: { name: 'wx-dev', version }, entries: [entry] } };
}
