/** How much of one body is kept, in bytes: what the callback reads at most. */
export const maxRecordedBodyBytes = 1024 * 1024;

/** All of a project's history together, in bytes: days of work, and nothing that a disk notices. */
export const maxHistoryBytes = 20 * 1024 * 1024;

/** A file is closed, and the next begun, at this size in bytes: a tenth of the history is dropped at a time. */
export const segmentBytes = 2 * 1024 * 1024;

/** What waits for a slow disk, in bytes of bodies. Beyond it exchanges are dropped, because memory is for the callback. */
export const maxPendingBytes = 8 * 1024 * 1024;

/** What waits for a slow disk, in exchanges: a second of a callback under full load. */
export const maxPendingExchanges = 10_000;

/** What is written at a time, in bytes of bodies. */
export const batchBytes = 1024 * 1024;

/** What is written at a time, in exchanges: encoding them takes some milliseconds, in which nothing else is answered. */
export const batchExchanges = 64;

/** After a failed write nothing is tried for this long, in milliseconds: a full disk is not free again at once. */
export const retryAfterMs = 30_000;

/** How long an ending run waits for the disk, in milliseconds. */
export const closeTimeoutMs = 2000;

/** Longest line that is read, in bytes. Two bodies, the opened push and the answer, all in base64, stay below 6 MiB. */
export const maxLineBytes = 8 * 1024 * 1024;

/** What is read of one file, in bytes, from its end: a file of ours has at most a quarter of it. */
export const maxSegmentReadBytes = 32 * 1024 * 1024;

/** Between two looks at a history that is followed, in milliseconds: an eye sees no delay. */
export const followEveryMs = 200;
