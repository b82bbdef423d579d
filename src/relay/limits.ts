/** Most connections of visitors at once; each costs about 10 KB and one file descriptor. */
export const MAX_PUBLIC_CONNECTIONS = 10_000;

/** Most links of clients at once; one that is quiet costs about 12 KB. */
export const MAX_CLIENTS = 10_000;

/**
 * Dialling clients that have not introduced themselves, at once; beyond it the oldest is cut off. An honest one does so within a
 * round trip, so that nobody can keep it out by opening connections and saying nothing.
 */
export const MAX_SILENT_CLIENTS = 256;

/**
 * Connections at once, on all ports. What visitors have is nothing that clients could take, nor the reverse. Dials are the links and those
 * that are not yet, twice, since one that is told why it may not stay lingers. Newcomers need two or three round trips for TLS and a head: where
 * visitors leave nothing free, 1,024 places at 0.5 s each let in 2,000 a second. All together they stay far below what systemd gives a service (524,288).
 */
export const CONNECTION_ROOM = {
  visitors: MAX_PUBLIC_CONNECTIONS,
  dials: MAX_CLIENTS + 2 * MAX_SILENT_CLIENTS,
  newcomers: 1_024,
} as const;

/** Most names kept for their owners; beyond it new ones are refused, until one lapses or its owner gives one up for another. */
export const MAX_NAMES = 10_000;

/**
 * Most of them for whoever has one token: fifty people with twenty projects each. Beyond it an owner gets a new name for one of its own that is
 * not in use, so that nobody takes the list from all others.
 */
export const MAX_NAMES_PER_HOLDER = 1_000;

/** Most requests that wait for a client's return; each holds a connection and at most one read of its body. */
export const MAX_PARKED = 1_000;

/** Most of them for one tunnel: more than a large account pushes while its client dials again. */
export const MAX_PARKED_PER_NAME = 400;

/**
 * Most of them for names that nobody had, which wait only while the relay starts: anybody may ask for any number of such names, and
 * must leave room for those whose clients are expected.
 */
export const MAX_PARKED_UNKNOWN = 400;

/** Milliseconds a head may take, from its first byte (or the connection's first moment): slower is slowloris. */
export const HEAD_TIMEOUT_MS = 15_000;

/** Milliseconds for the first head of a connection that was accepted just before the relay ends. */
export const LAST_HEAD_MS = 2_000;

/** Milliseconds a connection may idle between requests. Longer than the 60 s of most proxies in front, so that they hang up. */
export const KEEP_ALIVE_MS = 75_000;

/** Milliseconds without one byte of a request body that we are ready to read. */
export const BODY_TIMEOUT_MS = 60_000;

/** Milliseconds for which a public client may take none of the bytes that wait for it. */
export const WRITE_STALL_MS = 300_000;

/** Milliseconds a TLS handshake may take. */
export const TLS_HANDSHAKE_MS = 10_000;

/** Milliseconds a dialling client has for its hello. */
export const HELLO_TIMEOUT_MS = 10_000;

/** Milliseconds of silence after which the system asks whether the other end of a public connection is still there. */
export const TCP_KEEP_ALIVE_MS = 60_000;

/** Milliseconds we go on reading after the last answer, so that the peer reads it before a reset reaches it. */
export const LINGER_MS = 2_000;

/** Bytes read and dropped while lingering. */
export const LINGER_BYTES = 4 * 1024 * 1024;

/** Milliseconds a request waits for a client that is away, a new one and one without an answer yet; WeChat hangs up after 5 s. */
export const PARK_MS = 4_000;

/** Milliseconds after the loss of a client for which its return is expected at any moment, and its session kept. */
export const GRACE_MS = 30_000;

/** Milliseconds for which a name is kept for its owner after the client went away. */
export const RESERVATION_MS = 7 * 24 * 3_600_000;

/**
 * Milliseconds after the start for which an unknown name may be one whose client has not come back yet: the relay was perhaps
 * restarted, and it remembers nothing.
 */
export const STARTUP_MS = 10_000;

/** Milliseconds a request for an unknown name waits during `STARTUP_MS`: clients dial again within a quarter of a short outage. */
export const STARTUP_PARK_MS = 1_500;

/** Milliseconds a replaced client has to finish what it is answering. */
export const TAKEOVER_MS = 5_000;

/** Milliseconds for which a relay that ends goes on accepting: what the system has connected by then is answered. */
export const ACCEPT_LAST_MS = 20;

/** Milliseconds the relay lets running exchanges finish when it is closed. */
export const DRAIN_MS = 1_000;

/** Seconds after which to ask again while a client is away. */
export const RETRY_AFTER_S = 2;

/** Milliseconds between two looks at all deadlines. One timer for all is cheaper than one per request. */
export const SWEEP_MS = 500;

/** Milliseconds between two looks at whether the tokens of connected clients still hold. */
export const REVIEW_MS = 5_000;

/** Milliseconds a client has to answer a WebSocket close frame. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** Certificates made for single names and kept: some 10 KB each, and nobody has that many tunnels on one local relay. */
export const MAX_SNI_CONTEXTS = 256;

/**
 * Milliseconds for the head of an answer to come out of a tunnel. Longer than the 60 s that the client gives its local server, so
 * that the client's own answer, which knows more, comes first.
 */
export const ANSWER_TIMEOUT_MS = 75_000;

/**
 * Bytes a second that a request body must come to on average, beyond the first `BODY_TIMEOUT_MS`: the slowest mobile network does
 * fifty times as much, and a slowloris that sends one byte a second does less.
 */
export const MIN_BODY_BYTES_PER_S = 100;

/**
 * What one address may do on a relay that others can reach, unless its owner says otherwise: a page with all its parts, and more. The
 * rate holds for each tunnel by itself.
 */
export const ADDRESS_QUOTA = { requestsPerS: 300, connections: 256 } as const;

/**
 * Times that rate which an address may ask of all tunnels together: WeChat pushes to all of them from a few addresses, and three
 * tunnels with the pushes of a large account fit in.
 */
export const ADDRESS_TUNNELS = 10;

/** What one tunnel may get, likewise: ten times the pushes of a large account. */
export const NAME_QUOTA = { requestsPerS: 1_000, connections: 512 } as const;

/** Seconds of its rate that anybody may use at once: a page that loads all its parts is no flood. */
export const BURST_S = 2;

/** Networks and names whose doings are remembered; about 300 bytes each, the one not heard of longest is forgotten. */
export const MAX_METERS = 20_000;

/**
 * Requests that a network may begin and leave unanswered within `PARK_MS`: at once, and more per second; beyond it, it has to pause. Each
 * costs the app behind the tunnel an answer for nobody (as HTTP/2's rapid reset, CVE-2023-44487, does).
 */
export const ABORTS = { burst: 200, perSecond: 20, pauseMs: 5_000 } as const;

/** Passwords of URLs that a network may get wrong: at once, and more per second; beyond it, it has to pause. */
export const WRONG_PASSWORDS = { burst: 20, perSecond: 0.2, pauseMs: 5_000 } as const;

/** Relay tokens that a network may get wrong before it has to wait. */
export const FREE_ATTEMPTS = 5;

/** Shortest and longest wait after that, in milliseconds; it doubles with each wrong token. */
export const ATTEMPT_WAIT = { minMs: 1_000, maxMs: 300_000 } as const;

/** Milliseconds between two notes of which names are served: little next to the days for which they are kept. */
export const SERVED_MS = 3_600_000;

/** Bytes that a relay holds for slow readers, slow and absent clients, and on their way to the spool, all together; `--memory` changes it. */
export const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Bytes that each chunk which waits costs besides its own: a Buffer, its place in the socket's queue, and its chunk size and line end;
 * an estimate, rather too high. A client that sends single bytes must not hold hundreds of times what is counted.
 */
export const CHUNK_BYTES = 256;

/** Chunks that wait below a socket's own mark and are not counted yet: 16 KB of `CHUNK_BYTES`. */
export const FREE_CHUNKS = 64;

/** Bytes of a request that are read within one turn of the loop and not counted yet: two reads of a socket, which may do 32. */
export const FREE_REQUEST_BYTES = 128 * 1024;

/** What one link may hold, in multiples of what nobody holds: of links alone 4/5, of three together 4/13 each. */
export const LINK_SHARE_FACTOR = 4;

/** Bytes that a link may hold however little is left: one turn of the loop, so that small answers get through. */
export const MIN_LINK_SHARE_BYTES = 128 * 1024;

/** Milliseconds for which a reader may take nothing while its link stands still for it, and others wait. */
export const PRESSED_STALL_MS = 10_000;

/**
 * What is kept for clients that are away: more than a large account pushes in an hour, and for as long as a weekend's computer sleeps
 * at night. Whoever has one token gets as much as four such tunnels, a quarter of all.
 */
export const SPOOL_LIMITS = {
  perBox: 1_000,
  boxBytes: 16 * 1024 * 1024,
  perHolder: 4_000,
  holderBytes: 64 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  keepMs: 24 * 3_600_000,
} as const;

/** Largest body that is kept: WeChat's pushes have a few kilobytes. */
export const MAX_SPOOLED_BODY_BYTES = 1024 * 1024;

/**
 * Most bytes of requests that are being kept, until they are on the disk, all together. Pushes have a few kilobytes; who sends more at once
 * is told to try again.
 */
export const INTAKE_BYTES = 32 * 1024 * 1024;

/** Part of a relay's memory that these may hold, where that is less. */
export const INTAKE_PART = 8;

/** As `INTAKE_BYTES`, of one tunnel; of a smaller memory a quarter of the part. */
export const INTAKE_BYTES_PER_NAME = 8 * 1024 * 1024;

/** Milliseconds for the body of a request that is kept: with the 4 s for its client it is answered within WeChat's 5. */
export const SPOOL_BODY_MS = 800;

/** Milliseconds until a client whose app did not answer is asked again. */
export const SPOOL_RETRY_MS = 2_000;
