/** How long WeChat waits for an answer: 接口报警和排查指引, 请求超时 (5 s). Milliseconds. */
export const wechatDeadlineMs = 5000;

/** Part of the deadline after which an answer counts as slow: 3.5 of 5 s, the last retry's worth of network jitter away from late. */
export const slowShare = 0.7;

/** Largest answer of the app to a push, in bytes. A passive reply is a few kilobytes; a framework's error page some hundred. */
export const maxAnswerBytes = 1024 * 1024;

/** How much of a body an Exchange of a passed-on page keeps, in bytes. */
export const maxCapturedBytes = 64 * 1024;

/** Largest request head, in bytes. WeChat's is below 1 KiB; browsers with cookies reach 16 KiB. */
export const maxHeaderBytes = 32 * 1024;

/** Time for a complete request head, in milliseconds: twice WeChat's own limit. Slow senders get 408. */
export const headersTimeoutMs = 10_000;

/** Time for a complete request that is passed on, in milliseconds: uploads of a page under development. */
export const requestTimeoutMs = 300_000;

/** How long a connection may idle between two requests, in milliseconds: as long as behind `node:http`. */
export const keepAliveMs = 5000;

/** For how long a peer may take none of the bytes that wait for it, in milliseconds. */
export const writeStallMs = 120_000;

/** How often connections are looked at for those limits, in milliseconds. One timer for all is cheaper than one for each request. */
export const sweepMs = 1000;

/** How long the rest of a refused request is read and dropped, in milliseconds: a peer that still sends would not see the answer. */
export const lingerMs = 2000;

/** Bytes of it that are read and dropped when the connection closes behind the answer: more is no slow peer, but a flood. */
export const lingerBytes = 16 * 1024 * 1024;

/** How long pushes that are under way have when the server closes, in milliseconds: WeChat waits no longer either. */
export const drainMs = 5000;

/** How often a server that drains looks whether it is done, in milliseconds. */
export const drainCheckMs = 20;

/** Connections at one time. Far above what WeChat or one browser opens; further ones are dropped, not queued. */
export const maxConnections = 512;

/** How many pushes are remembered for their retries: an hour of steady traffic, a few hundred kilobytes. */
export const maxRememberedPushes = 1000;

/** How long a push is remembered after its last delivery, in milliseconds. WeChat's third delivery comes some 10 s after the first. */
export const rememberPushMs = 60_000;

/**
 * How long a payment notification is remembered after its last delivery, in milliseconds: WeChat Pay's last two attempts are 6 h apart,
 * and the half hour is for what it takes longer.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791861 支付成功回调通知
 */
export const rememberPaymentMs = 6.5 * 60 * 60 * 1000;

/** Largest answer to a payment notification that is kept for its repetitions, in bytes: the real ones have up to a hundred. */
export const maxKeptPaymentAnswerBytes = 4096;

/** A TLS handshake that takes longer is no client but a drain. */
export const tlsHandshakeMs = 10_000;

/**
 * When `success` is answered in place of a late reply, in milliseconds after the push: half a second before WeChat leaves, for the way
 * through a tunnel.
 */
export const lateAnswerMs = 4500;

/** How long the app may take for a late reply, in milliseconds: a slow model's minute, and a menu click's window is no longer. */
export const lateWaitMs = 60_000;

/** Late replies that are waited for at one time. Beyond it a push is late as it would be without them. */
export const maxLateReplies = 1000;

/** How long the end of the server waits for messages that are being delivered, in milliseconds. */
export const deliveryGraceMs = 3000;

/** Failures in a row after which WeChat may pause its pushes: every delivery of one push. The documents say only "repeatedly". */
export const pauseAfterFailures = 3;

/** How long that pause is, in milliseconds: 接口报警和排查指引, 自动屏蔽, about a minute. */
export const pauseMs = 60_000;

/** A silence that is longer than the time between two deliveries, 5 s and their way, was a pause. Milliseconds. */
export const silenceMs = 15_000;
