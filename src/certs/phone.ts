import { randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { WxDevError } from '../core/errors.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import type { Authority } from './authority.ts';
import { buildMobileConfig } from './export/mobileconfig.ts';
import { phonePage } from './phone-page.ts';

/** Hands the authority's certificate to phones of the network, for a short time. */
export interface PhoneServer extends Service {
  /** With the random path that guards it. */
  readonly url: string;
  /** Where the phone proves that it trusts the authority. */
  readonly checkUrl: string;
}

/** What is handed out, and where. */
export interface PhoneServerOptions {
  readonly authority: Pick<Authority, 'certPem' | 'issue' | 'fingerprint256'>;
  /** The one address of this machine to listen on. */
  readonly address: string;
  /** @default ten minutes */
  readonly limitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when a phone has proven that it trusts the authority. */
  readonly onTrusted?: (() => void) | undefined;
}

/** Long enough to walk through the settings of a phone; a server that is forgotten ends by itself. */
const defaultLimitMs = 10 * 60_000;

/** IPv4 addresses of this machine in private networks, the usual ones of Wi-Fi first. */
export function findLanAddresses(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): readonly string[] {
  const addresses = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const order = [/^192\.168\./, /^10\./, /^172\.(1[6-9]|2\d|3[01])\./];
  return order.flatMap((range) => addresses.filter((address) => range.test(address)));
}

/**
 * Starts the two servers: plain HTTP for the files, since the phone trusts nothing yet, and HTTPS for the proof. Only public files
 * are served, below a random path.
 * @throws WXD5033 this machine does not have the address
 */
export async function startPhoneServer(options: PhoneServerOptions): Promise<PhoneServer> {
  const { authority, address, limitMs = defaultLimitMs, signal, onTrusted } = options;
  signal?.throwIfAborted();
  const token = randomBytes(16).toString('hex');
  const resources = new Resources();
  try {
    const { certPem, keyPem } = await authority.issue({ names: [address], days: 1 });
    const proof = createTlsServer({ cert: certPem, key: keyPem }, (request, response) => {
      const isProof = pathOf(request) === `/${token}/ok`;
      answer(response, isProof ? 200 : 404, 'text/plain; charset=utf-8', isProof ? 'OK\n' : '');
      if (isProof) onTrusted?.();
    });
    const checkUrl = `https://${address}:${await listen(proof, address, resources)}/${token}/ok`;
    const files = createServer((request, response) =>
      serveFile(request, response, { authority, token, checkUrl }),
    );
    const url = `http://${address}:${await listen(files, address, resources)}/${token}/`;
    return service({ url, checkUrl }, resources, { limitMs, signal });
  } catch (error) {
    await resources.close();
    throw error;
  }
}

function service(
  urls: { url: string; checkUrl: string },
  resources: Resources,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal | undefined },
): PhoneServer {
  let settle: (reason: CloseReason) => void = () => undefined;
  const closed = new Promise<CloseReason>((resolve) => (settle = resolve));
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    await resources.close();
    settle({ type: 'closed' });
  };
  const stop = (): void =>
    void close().catch((error: unknown) => settle({ type: 'failed', error }));
  const timer = setTimeout(stop, limitMs);
  signal?.addEventListener('abort', stop, { once: true });
  return { ...urls, closed, close, [Symbol.asyncDispose]: close };
}

function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  {
    authority,
    token,
    checkUrl,
  }: {
    authority: PhoneServerOptions['authority'];
    token: string;
    checkUrl: string;
  },
): void {
  const [, given = '', name = ''] = /^\/([^/]*)(?:\/(.*))?$/.exec(pathOf(request)) ?? [];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || !isEqual(given, token)) return answer(response, 404, 'text/plain', '');
  switch (name) {
    case '':
      return answer(
        response,
        200,
        'text/html; charset=utf-8',
        phonePage(request.headers['user-agent'] ?? '', authority.fingerprint256),
      );
    case 'ca.crt': {
      const { raw } = new X509Certificate(authority.certPem);
      return answer(response, 200, 'application/x-x509-ca-cert', raw);
    }
    case 'wx-dev.mobileconfig':
      return answer(
        response,
        200,
        'application/x-apple-aspen-config',
        buildMobileConfig(authority.certPem),
      );
    case 'check':
      response.writeHead(302, { location: checkUrl, 'cache-control': 'no-store' }).end();
      return undefined;
    default:
      return answer(response, 404, 'text/plain', '');
  }
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
): void {
  response
    .writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? '';
}

function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function listen(server: Server, address: string, resources: Resources): Promise<number> {
  server.on('tlsClientError', () => undefined); // A phone that does not trust yet: the page says what to do.
  try {
    server.listen(0, address);
    await once(server, 'listening');
  } catch (cause) {
    throw new WxDevError('WXD5033', { address }, { cause });
  }
  resources.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  return bound.port;
}
