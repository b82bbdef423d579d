import { accessFeature, type AccessPolicy } from './access-policy.ts';
import { encodeFrame, type Frame, frameTypes } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';
import { HandshakeFields, patterns } from './handshake-fields.ts';
import { maxHandshakeBytes } from './limits.ts';
import { type Side, violation } from './violation.ts';

/** The WebSocket subprotocol, which carries the protocol version. */
export const subprotocol = 'wx-dev.tunnel.v1';

/** Every version a relay of this release speaks, best first. */
const subprotocols: readonly string[] = [subprotocol];

/** WebSocket close codes of a tunnel connection; 4000 and up are ours (RFC 6455 §7.4.2). */
export const closeCodes = {
  /** The user ended the tunnel. */
  normal: 1000,
  /** This end shuts down. */
  goingAway: 1001,
  /** The peer broke the protocol (WXD4009). */
  violation: 1002,
  /** REFUSED was sent. */
  refused: 4000,
  /** The peer was silent for too long. */
  silent: 4001,
  /** A newer client of the same owner took the name over. */
  superseded: 4002,
} as const;

/** Close codes after which a session may go on over another connection: nobody has ended it. 1006 is a lost one (RFC 6455 §7.1.5). */
export function isLoss(code: number): boolean {
  return code === 1006 || code === closeCodes.silent;
}

/** The first message of a client. */
export interface Hello {
  readonly protocol: 1;
  /** Program and version, for example `wx-dev/0.1.0 node/20.19.0`. */
  readonly agent: string;
  /** Subdomain asked for; without it the relay chooses. */
  readonly name?: string | undefined;
  /** Secret of the project: who shows it again gets the same name again. */
  readonly owner: string;
  /** Relay token. */
  readonly token?: string | undefined;
  /** Extensions the client can speak. */
  readonly features: readonly string[];
  /** Names this run of the client: links that name the same one belong together (feature `links`). */
  readonly tunnel?: string | undefined;
  /** Path whose requests are to be kept while the client is away (feature `spool`). */
  readonly spool?: string | undefined;
  /** The session that the client wants to go on with, and how many of its bytes it has. */
  readonly resume?: Resumption | undefined;
  /** Who may use the public URL; with the feature `access`. */
  readonly access?: AccessPolicy | undefined;
}

/** Where a session goes on. */
export interface Resumption {
  readonly session: string;
  /** Bytes of the session that have come, those of the handshake not counted. */
  readonly received: number;
}

/** The relay's answer that opens the session. */
export interface Welcome {
  readonly protocol: 1;
  /** Names this session in logs. */
  readonly session: string;
  /** Subdomain the client got. */
  readonly name: string;
  /** Public URL of the tunnel. */
  readonly url: string;
  /** Extensions in force: some of those in HELLO. */
  readonly features: readonly string[];
  /** How long the relay keeps the name for this owner when the connection is lost, in ms. */
  readonly graceMs: number;
  /** The session of HELLO goes on, and the relay has this many of its bytes; absent: a new session begins. */
  readonly received?: number | undefined;
  /** Requests that were kept for this client and come now (feature `spool`). */
  readonly waiting?: number | undefined;
}

/** The feature of HELLO and WELCOME by which a session outlives the loss of its connection. */
export const resumeFeature = 'resume';

/** The feature of HELLO and WELCOME by which a client may hold several links, and is told before a relay goes away. */
export const linksFeature = 'links';

/** The feature of HELLO and WELCOME by which a relay keeps requests for a client that is away. */
export const spoolFeature = 'spool';

/** The relay's answer that ends the connection. */
export interface Refused {
  /** An error code of wx-dev, `WXD4001` to `WXD4099`. */
  readonly code: string;
  /** One line in English for a client that does not know the code. */
  readonly message: string;
  /** Wait this long before dialling again, in ms; without it, dialling again does not help. */
  readonly retryAfterMs?: number | undefined;
}

/** What a relay says first. */
export type Answer =
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'refused'; readonly refused: Refused };

/** The best version both sides speak, or nothing. @param header `Sec-WebSocket-Protocol` as the client sent it. */
export function chooseSubprotocol(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((version) => version.trim());
  return subprotocols.find((version) => offered.includes(version));
}

/**
 * Body of the HTTP answer (426, `application/json`) to an upgrade that offers no version this relay speaks. It has to be
 * HTTP: a WebSocket client drops a connection whose server picked none of its subprotocols.
 */
export function formatVersionRefusal(): string {
  return JSON.stringify({ code: 'WXD4002', versions: subprotocols });
}

/** The versions a relay says it speaks, or nothing when `body` is not such an answer. */
export function parseVersionRefusal(body: Uint8Array): readonly string[] | undefined {
  if (body.length > maxHandshakeBytes) return undefined;
  try {
    const fields = HandshakeFields.parse(body, 'relay', 'version refusal');
    if (fields.text('code', patterns.code) !== 'WXD4002') return undefined;
    return fields.list('versions', patterns.version);
  } catch {
    // Any other server answers with whatever it likes; that is for the caller to name.
    return undefined;
  }
}

/** HELLO as the one WebSocket message it is sent in. @throws RangeError when it is larger than a relay accepts. */
export function encodeHello({ resume, access, ...hello }: Hello): Uint8Array {
  return encode(frameTypes.HELLO, { ...hello, ...resume, ...access });
}

/** WELCOME as the one WebSocket message it is sent in. */
export function encodeWelcome(welcome: Welcome): Uint8Array {
  return encode(frameTypes.WELCOME, welcome);
}

/** REFUSED as the one WebSocket message it is sent in. */
export function encodeRefused(refused: Refused): Uint8Array {
  return encode(frameTypes.REFUSED, refused);
}

/** Reads a client's first message, trusting nothing in it. @throws WXD4009 */
export function decodeHello(message: Uint8Array): Hello {
  const frame = onlyFrame(message, 'client');
  if (frame.type !== frameTypes.HELLO) throw violation('client', 'the first message is not HELLO');
  const fields = HandshakeFields.parse(frame.payload, 'client', 'HELLO');
  const features = fields.list('features', patterns.feature);
  return {
    protocol: fields.protocol(),
    agent: fields.text('agent', patterns.agent),
    name: fields.optionalText('name', patterns.name),
    owner: fields.text('owner', patterns.secret),
    token: fields.optionalText('token', patterns.token),
    features,
    tunnel: fields.optionalText('tunnel', patterns.session),
    spool: fields.optionalText('spool', patterns.path),
    resume: readResumption(fields),
    access: features.includes(accessFeature) ? readAccess(fields) : undefined,
  };
}

function readAccess(fields: HandshakeFields): AccessPolicy {
  return {
    basicAuth: fields.optionalList('basicAuth', patterns.login),
    allowIp: fields.optionalList('allowIp', patterns.range),
    openPaths: fields.optionalList('openPaths', patterns.path),
  };
}

function readResumption(fields: HandshakeFields): Resumption | undefined {
  const session = fields.optionalText('session', patterns.session);
  return session === undefined ? undefined : { session, received: fields.count('received') };
}

/**
 * Reads a relay's first message, trusting nothing in it.
 * @param offered The features of the HELLO it answers.
 * @throws WXD4009
 */
export function decodeAnswer(message: Uint8Array, offered: readonly string[] = []): Answer {
  const frame = onlyFrame(message, 'relay');
  if (frame.type === frameTypes.REFUSED)
    return { type: 'refused', refused: decodeRefused(frame.payload) };
  if (frame.type !== frameTypes.WELCOME)
    throw violation('relay', 'the first message is neither WELCOME nor REFUSED');
  const fields = HandshakeFields.parse(frame.payload, 'relay', 'WELCOME');
  const welcome = {
    protocol: fields.protocol(),
    session: fields.text('session', patterns.session),
    name: fields.text('name', patterns.name),
    url: fields.httpUrl('url'),
    features: fields.list('features', patterns.feature),
    graceMs: fields.duration('graceMs'),
    received: fields.optionalCount('received'),
    waiting: fields.optionalCount('waiting'),
  };
  const extra = welcome.features.find((feature) => !offered.includes(feature));
  if (extra !== undefined)
    throw violation(
      'relay',
      `WELCOME puts the feature ${extra} in force, which HELLO did not offer`,
    );
  return { type: 'welcome', welcome };
}

function decodeRefused(payload: Uint8Array): Refused {
  const fields = HandshakeFields.parse(payload, 'relay', 'REFUSED');
  return {
    code: fields.text('code', patterns.code),
    message: fields.text('message', patterns.line),
    retryAfterMs: fields.optionalDuration('retryAfterMs'),
  };
}

function encode(type: number, content: object): Uint8Array {
  const payload = Buffer.from(JSON.stringify(content));
  if (payload.length > maxHandshakeBytes)
    throw new RangeError(`handshake of ${payload.length} bytes; at most ${maxHandshakeBytes}`);
  return encodeFrame({ type, flags: 0, stream: 0, payload });
}

function onlyFrame(message: Uint8Array, side: Side): Frame {
  const decoder = new FrameDecoder(side);
  const [frame, ...more] = decoder.push(message);
  if (frame === undefined || more.length > 0 || decoder.isMidFrame)
    throw violation(side, 'the first message is not exactly one frame');
  return frame;
}
