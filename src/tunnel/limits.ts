/** Milliseconds for TCP, TLS and the WebSocket handshake with the relay together. */
export const DIAL_TIMEOUT_MS = 10_000;

/**
 * Milliseconds for each address of a relay that has several, IPv6 and IPv4. Node gives up one after 250, which is less than a
 * handshake between continents takes, and fails when that was the last one.
 */
export const ADDRESS_ATTEMPT_MS = 3_000;

/** Shortest and longest wait between two dials, in milliseconds. */
export const BACKOFF = { minMs: 100, maxMs: 15_000 } as const;

/**
 * Milliseconds a connection to the relay has to last before its loss counts as a new one: a relay that welcomes and hangs up, or
 * something in between that does, is not dialled again and again without a pause.
 */
export const STABLE_MS = 10_000;

/** Bytes after which a connection has been of use, however short it was: more than greetings and PINGs come to. */
export const USEFUL_BYTES = 1_024;

/** Links to the relay: while one carries something large, small requests go over the other. */
export const LINKS = 2;

/** Milliseconds without a request after which the links besides the first are given up: a quiet tunnel costs its relay one. */
export const QUIET_LINK_MS = 300_000;

/** Milliseconds within which the clients of a relay that goes away dial the next one; not all at the same moment. */
export const MOVE_JITTER_MS = 200;

/** Milliseconds by which the wall clock may run ahead of a timer before it means that the computer has slept. */
export const CLOCK_JUMP_MS = 5_000;

/** Milliseconds the relay has to answer our close frame. */
export const CLOSE_TIMEOUT_MS = 1_000;

/** Milliseconds for a connection to the local server: it is on this computer or on the same network. */
export const LOCAL_CONNECT_MS = 10_000;

/** Milliseconds without any progress until the local server has to begin its answer. Long enough for slow apps and builds. */
export const LOCAL_HEAD_MS = 60_000;

/** Milliseconds a quiet local connection is kept: below the 5 s after which Node's own server closes. */
export const LOCAL_IDLE_MS = 4_000;

/** Most quiet local connections kept: as many as there can be requests at once, since each new one costs as much as a request. */
export const MAX_LOCAL_IDLE = 512;
