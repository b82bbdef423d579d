/** Bytes before the payload of every frame: u24 length, u8 type, u8 flags, u32 stream. */
export const frameHeaderBytes = 9;

/** Largest payload of DATA, and the turn one stream gets: at 10 Mbit/s another stream waits 13 ms for it. */
export const maxDataBytes = 16_384;

/** A DATA frame is only cut to fit into the rest of a message when at least this much of it fits. */
export const minDataBytes = 1_024;

/** What to pass to `take()` for one WebSocket message: four full DATA frames, about what one socket write carries. */
export const maxMessageBytes = 4 * (frameHeaderBytes + maxDataBytes);

/** Largest WebSocket message to accept from a peer that fills its messages more than we do. */
export const maxIncomingMessageBytes = 262_144;

/** Largest request, response or informational head, and largest trailer section: twice what Node accepts by default. */
export const maxHeadBytes = 32_768;

/** Largest HELLO, WELCOME or REFUSED: a token, a URL and a few names, with room to grow. */
export const maxHandshakeBytes = 8_192;

/** Longest text in RESET and GOAWAY, in UTF-8 bytes: one line for a log. */
export const maxTextBytes = 256;

/** Informational heads (1xx) per stream; they need no credit, so their number is what bounds them. */
export const maxInfoHeads = 16;

/** ACK after this many bytes received: two messages as we fill them, so that little is kept and few frames are sent for it. */
export const ackEveryBytes = 131_072;

/** On a quiet connection ACK after this many bytes; PING and PONG come to that in two minutes. */
export const quietAckBytes = 256;

/**
 * Most bytes that were sent, not yet acknowledged, and so kept for a connection that comes back; then the sender waits. 40 MB/s
 * at a round trip of 100 ms.
 */
export const maxUnackedBytes = 4_194_304;

/** Bytes of RESET answers that may wait for a peer that sends but does not read. */
export const maxAnswerBytes = 65_536;

/** Chunks below this are copied together into one buffer; above it a copy costs more than a second buffer. */
export const smallChunkBytes = 4_096;

/** Largest window a peer may announce: what one stream needs for 30 MB/s at a round trip of 500 ms. */
export const maxWindowBytes = 16_777_216;

/** Largest window we give a stream: 40 MB/s at a round trip of 100 ms. */
export const maxTunedWindowBytes = 4_194_304;

/** Bytes, both ways together, after which a stream is bulk: what comes later goes around it, over another link. */
export const bulkBytes = 1_048_576;

/** Links of one client: one for bulk, one for the rest, and as many again while a relay is replaced. */
export const maxLinks = 4;

/** What all windows of a session may grow by, together: so much more can one link make this end hold. */
export const windowBudgetBytes = 16_777_216;

/** How often to call `Session.tick`, in ms: keepalive is exact to this. */
export const tickIntervalMs = 1_000;

/** Frames without effect (PING and the like) a peer may send at once, per second, and more for each stream. */
export const idleFrames = { burst: 8_192, perSecond: 20, perStream: 8 } as const;

/** What both ends of a session agree on beforehand; tests make them smaller. */
export interface SessionLimits {
  /** Streams open at once. With `windowBytes` it bounds what a link can make one end hold: 128 MB each way. */
  readonly maxStreams: number;
  /** Last stream id; then the relay goes away and the client dials again. At 15 000 requests/s after 3 days. */
  readonly maxStreamId: number;
  /** Initial credit of each direction of a stream: 25 MB/s at 10 ms round trip, and small next to a slow reader's patience. */
  readonly windowBytes: number;
  /** PING this often, both ways; below the 30 s after which the strictest common proxies cut silent connections. */
  readonly pingIntervalMs: number;
  /** With streams open, a peer silent for this long is asked by PING. */
  readonly probeAfterMs: number;
  /** With streams open, a peer silent for this long is dead: what still leaves time within a 10 s wait. */
  readonly busySilenceMs: number;
  /** Without streams, a peer silent for this long is dead: two unanswered PINGs. */
  readonly idleSilenceMs: number;
}

/** The limits of protocol version 1. */
export const sessionLimits: SessionLimits = {
  maxStreams: 512,
  maxStreamId: 0xffff_ffff,
  windowBytes: 262_144,
  pingIntervalMs: 15_000,
  probeAfterMs: 4_000,
  busySilenceMs: 9_000,
  idleSilenceMs: 30_000,
};
