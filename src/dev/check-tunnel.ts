import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { lookupLoopback } from '../core/loopback.ts';
import type { Proxy } from '../tunnel/proxy.ts';

/** What to check. */
export interface UrlCheckOptions extends AbortableOptions {
  readonly url: string;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  /** The way out to the URL. */
  readonly proxy?: Proxy | undefined;
  /** Name to ask for, where the address is another one. */
  readonly host?: string | undefined;
  /** Whether the certificate must be trusted and fit. @default true */
  readonly verify?: boolean | undefined;
}

/** What came back. */
interface UrlAnswer {
  readonly status: number;
  /** `x-wx-dev-error` or `x-wx-dev-tunnel`, when a relay or a tunnel answered by itself. */
  readonly relayError: string | undefined;
  readonly tunnel: string | undefined;
  readonly ms: number;
}

/** Longer than a relay parks a request (4 s), so that its answer and not our clock decides. */
const CHECK_TIMEOUT_MS = 10_000;

/** Node gives an address up after 250 ms, where there are several: less than a handshake between continents takes. */
const patience = { autoSelectFamilyAttemptTimeout: CHECK_TIMEOUT_MS / 2 };

/**
 * Asks the tunnel's own end, through name, certificate and relay, without touching the app.
 *
 * @throws WXD4015 when anything but the tunnel's end answers
 */
export async function checkTunnel(options: UrlCheckOptions): Promise<{ ms: number }> {
  const url = `${options.url}/_wx-dev/ping`;
  const answer = await ask({ ...options, url });
  if (answer.tunnel !== undefined) return { ms: answer.ms };
  throw new WxDevError('WXD4015', { url: options.url, reason: `HTTP ${answer.status}` });
}

/**
 * Asks a relay for its bare domain, which no tunnel has; only a relay that routes answers with its own error.
 *
 * @throws WXD4015 when something else answers
 */
export async function checkRelay(options: UrlCheckOptions): Promise<{ ms: number }> {
  const answer = await ask(options);
  if (answer.relayError !== undefined) return { ms: answer.ms };
  throw new WxDevError('WXD4015', { url: options.url, reason: `HTTP ${answer.status}` });
}

async function ask(options: UrlCheckOptions): Promise<UrlAnswer> {
  const { url, ca = [], host, verify, proxy, signal } = options;
  const startedAt = Date.now();
  const limit = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  try {
    const ended = signal ? AbortSignal.any([signal, limit]) : limit;
    const outgoing = request(url, {
      // Without TLS nobody asks for the public roots, of which Node would keep a copy for ever.
      ...(url.startsWith('https:') && { ca: [...rootCertificates, ...ca] }),
      lookup: lookupLoopback,
      ...patience,
      ...(host === undefined ? {} : { headers: { host }, servername: isIP(host) ? '' : host }),
      rejectUnauthorized: verify ?? true,
      signal: ended,
      agent: proxy?.agent(ended).agent ?? false,
    }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    // Only the head is wanted: whatever answers may never end its body.
    response.on('error', () => undefined);
    outgoing.on('error', () => undefined).destroy();
    return {
      status: response.statusCode ?? 0,
      relayError: headerOf(response, 'x-wx-dev-error'),
      tunnel: headerOf(response, 'x-wx-dev-tunnel'),
      ms: Date.now() - startedAt,
    };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WxDevError('WXD4015', { url, reason }, { cause: error });
  }
}

function headerOf(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
