import type { IncomingMessage } from 'node:http';
import { rootCertificates } from 'node:tls';
import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError, type Words } from '../core/errors.ts';
import { lookupLoopback } from '../core/loopback.ts';
import {
  decodeAnswer,
  encodeHello,
  parseVersionRefusal,
  subprotocol,
  type Hello,
  type Refused,
  type Welcome,
} from '../wire/handshake.ts';
import { maxHandshakeBytes, maxIncomingMessageBytes } from '../wire/limits.ts';
import { TUNNEL_PATH } from '../wire/link.ts';
import { codeOf, isCertificateError } from './certificate-error.ts';
import { ADDRESS_ATTEMPT_MS, CLOSE_TIMEOUT_MS, DIAL_TIMEOUT_MS } from './limits.ts';
import { explainProxy, type Proxy, type ProxyAgent } from './proxy.ts';
import { WebSocket } from './web-socket.ts';

/** What to dial and what to say. */
export interface DialOptions extends AbortableOptions {
  /** Origin of the relay. */
  readonly relay: URL;
  readonly hello: Hello;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  /** What we show to a relay that asks for a certificate. */
  readonly client?: ClientCertificate | undefined;
  /** The proxy through which the relay is reached. */
  readonly proxy?: Proxy | undefined;
}

/** A client's certificate chain and its key, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A connection that the relay has accepted. */
export interface Dialled {
  readonly socket: WebSocket;
  readonly welcome: Welcome;
}

/**
 * Connects to a relay and introduces ourselves. `accept` is called at once when the relay has welcomed us, so that no message
 * that follows is missed; what it returns is the result.
 *
 * @throws WXD4001 unreachable, WXD4002 other version, WXD4003 token, WXD4004 and WXD4005 name, WXD4009 protocol broken,
 * WXD4011 relay full, WXD4014 certificate, WXD4016 not a relay, WXD4030 the proxy, WXD5029 the relay wants a client's certificate
 */
export function dial<T>(options: DialOptions, accept: (dialled: Dialled) => T): Promise<T> {
  const { relay, hello, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const ended = new AbortController();
    const way = options.proxy?.agent(ended.signal);
    const socket = connect(options, way);
    const fail = (error: unknown): void => {
      release();
      ended.abort();
      // An error that comes later, such as the reset of what is being closed, has nobody left to tell.
      socket.on('error', () => undefined);
      socket.terminate();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const timer = setTimeout(
      () => fail(unreachable(relay, `no answer within ${DIAL_TIMEOUT_MS / 1000} s`)),
      DIAL_TIMEOUT_MS,
    );
    const onAbort = (): void => fail(signal?.reason);
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const atProxy = (cause: unknown): WxDevError | undefined =>
      options.proxy && explainProxy(options.proxy, way?.refusal(), cause);
    socket.on('error', (error) => fail(atProxy(error) ?? explain(relay, error)));
    socket.on('unexpected-response', (_request, response) => {
      const refused = atProxy(undefined);
      if (refused) fail(refused);
      else void explainResponse(options, response).then(fail, fail);
    });
    socket.on('open', () => socket.send(encodeHello(hello)));
    socket.on('close', (code) =>
      fail(
        notARelay(relay, {
          en: `it hung up (${code}) without a word`,
          zh: `它未作应答就断开了（${code}）`,
        }),
      ),
    );
    socket.on('message', (message: Buffer) => {
      try {
        const welcome = readAnswer(relay, hello, message);
        release();
        resolve(accept({ socket, welcome }));
      } catch (error) {
        fail(error);
      }
    });
  });
}

function connect({ relay, ca, client }: DialOptions, way: ProxyAgent | undefined): WebSocket {
  const url = new URL(TUNNEL_PATH, relay);
  url.protocol = relay.protocol === 'https:' || relay.protocol === 'wss:' ? 'wss:' : 'ws:';
  const settings = {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: maxIncomingMessageBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    generateMask: zeroMask,
    lookup: lookupLoopback,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    ...(ca && ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {}),
    ...(client ? { cert: client.cert, key: client.key } : {}),
    ...(way ? { agent: way.agent } : {}),
  };
  return new WebSocket(url, [subprotocol], settings);
}

/**
 * RFC 6455 §5.3 wants masks that scripts in a browser cannot foresee, to protect caches in between. Here no script chooses the
 * bytes, and a mask of zeros spares both ends a pass over them: 180 MB/s become 1480.
 */
function zeroMask(mask: Buffer): void {
  mask.fill(0);
}

function readAnswer(relay: URL, hello: Hello, message: Buffer): Welcome {
  const answer = decodeFirst(relay, hello, message);
  if (answer.type === 'welcome') return answer.welcome;
  throw explainRefusal(relay, hello, answer.refused);
}

function decodeFirst(relay: URL, hello: Hello, message: Buffer): ReturnType<typeof decodeAnswer> {
  try {
    return decodeAnswer(message, hello.features);
  } catch (error) {
    if (!isWxDevError(error, 'WXD4009')) throw error;
    throw notARelay(relay, error.details.rule, error);
  }
}

function explainRefusal(relay: URL, hello: Hello, refused: Refused): WxDevError {
  const name = hello.name ?? '';
  switch (refused.code) {
    case 'WXD4003':
      return new WxDevError('WXD4003', { relay: relay.origin, sent: hello.token !== undefined });
    case 'WXD4004':
      return new WxDevError('WXD4004', { relay: relay.origin, name });
    case 'WXD4005':
      // Its form has been looked at here: what is left is a name that this relay gives to nobody.
      return new WxDevError('WXD4005', {
        name,
        reason: {
          en: 'the relay gives it to nobody: it is reserved, or looks like a name that is',
          zh: '中继不分配这个名称：它是保留字，或与保留字相似',
        },
      });
    case 'WXD4011':
      return new WxDevError('WXD4011', {
        limit: { en: 'tunnels of the relay', zh: '中继的隧道' },
        max: undefined,
      });
    case 'WXD4050':
      return new WxDevError('WXD4050', { max: undefined });
    case 'WXD4017':
      return new WxDevError('WXD4017', { name });
    case 'WXD4031':
      return new WxDevError('WXD4031', { name: hello.name, names: [] });
    case 'WXD4046':
      return new WxDevError('WXD4046', {
        relay: relay.origin,
        waitS: Math.ceil((refused.retryAfterMs ?? 1_000) / 1_000),
      });
    case 'WXD4009':
      return new WxDevError('WXD4009', { side: 'client', rule: refused.message });
    default:
      return notARelay(relay, {
        en: `it refused: ${refused.message} (${refused.code})`,
        zh: `它拒绝了：${refused.message} (${refused.code})`,
      });
  }
}

async function explainResponse(
  { relay, client }: DialOptions,
  response: IncomingMessage,
): Promise<WxDevError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxHandshakeBytes) break;
    }
  } catch {
    // Cut off half-way: its status says enough.
  }
  const spoken = parseVersionRefusal(Buffer.concat(chunks));
  if (spoken) return new WxDevError('WXD4002', { offered: subprotocol, spoken });
  // Said before the relay has looked at it as a dial: too many connections, or too many of this address.
  const saidCode = String(response.headers['x-wx-dev-error']);
  const isFull = saidCode === 'WXD4011' || saidCode === 'WXD4042';
  if (isFull || Buffer.concat(chunks).includes('"WXD4011"'))
    return new WxDevError('WXD4011', {
      limit: { en: 'clients of the relay', zh: '中继的客户端' },
      max: undefined,
    });
  if (Buffer.concat(chunks).includes('"WXD4061"'))
    return new WxDevError('WXD4061', { relay: relay.origin });
  if (Buffer.concat(chunks).includes('"WXD5029"')) {
    return new WxDevError('WXD5029', { relay: relay.origin, sent: client !== undefined });
  }
  const status = response.statusCode ?? 0;
  return notARelay(relay, {
    en: `it answered HTTP ${status} to the upgrade`,
    zh: `它对升级请求应答 HTTP ${status}`,
  });
}

function explain(relay: URL, error: Error): WxDevError {
  const code = codeOf(error);
  if (isCertificateError(error))
    return new WxDevError(
      'WXD4014',
      { relay: relay.origin, reason: error.message },
      { cause: error },
    );
  // TLS spoken to a plain port, HTTP spoken to something else, or a server that knows no such protocol.
  const isOther = NOT_OURS.test(code) || code === '';
  if (isOther && !(error instanceof AggregateError))
    return notARelay(relay, otherProtocol(code) ?? error.message, error);
  return unreachable(relay, describe(error), error);
}

const NOT_OURS = /^(?:EPROTO$|ERR_SSL_|HPE_|WS_ERR_)/;

/** `https:` written for `http:`, or the other way round, in words of ours: those of OpenSSL and of the HTTP parser name their own files. */
function otherProtocol(code: string): Words | undefined {
  if (/^EPROTO$|WRONG_VERSION/.test(code))
    return {
      en: 'it speaks no TLS; a relay without it is http://',
      zh: '它不使用 TLS；没有 TLS 的中继写作 http://',
    };
  if (!code.startsWith('HPE_')) return undefined;
  return {
    en: 'it speaks no HTTP; a relay with TLS is https://',
    zh: '它不使用 HTTP；使用 TLS 的中继写作 https://',
  };
}

function describe(error: Error): string {
  if (error.message !== '') return error.message;
  if (!(error instanceof AggregateError)) return error.name;
  return error.errors.map((each) => (each instanceof Error ? each.message : '')).join('; ');
}

function unreachable(relay: URL, reason: string, cause?: unknown): WxDevError {
  return new WxDevError('WXD4001', { relay: relay.origin, reason }, { cause });
}

function notARelay(relay: URL, reason: Words, cause?: unknown): WxDevError {
  return new WxDevError('WXD4016', { relay: relay.origin, reason }, { cause });
}
