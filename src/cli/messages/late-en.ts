/** Slow apps, late replies and the pauses of WeChat, in English. */
export const lateEn = {
  verified: 'WeChat has verified this URL. Write to the account from your phone.',
  left: (ms: number) => `${seconds(ms)} left`,
  /** In place of the reply: `success` went out. At most 12 cells, which a column of 80 has. */
  follows: 'reply later',
  delivered: (answeredMs: number, ms: number) =>
    `success at ${seconds(answeredMs)}, reply delivered after ${seconds(ms)} by customer message`,
  deliveredUnanswered: (ms: number) =>
    `WeChat had left, reply delivered after ${seconds(ms)} by customer message`,
  messages: (count: number) => `in ${count} messages`,
  silent: (ms: number) => `the app had nothing to say after ${seconds(ms)}; nothing was sent`,
  failed: (ms: number) => `the late reply was not delivered (after ${seconds(ms)})`,
  cancelled: (ms: number) => `wx-dev ended before the late reply came (after ${seconds(ms)})`,
  back: (ms: number) => `pushes are back, ${seconds(ms)} after the last failure`,
};

/** What `-v` says of an exchange, in English. */
export const detailsEn = {
  plain: 'signature matches the Token; read in the clear',
  decrypted: (key: string, id: string) => `msg_signature matches; decrypted with ${key}, id ${id}`,
  keys: { current: 'the EncodingAESKey', previous: 'the previous EncodingAESKey' },
  sealed: 'encrypted and signed; in the clear:',
};

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
