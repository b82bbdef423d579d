const minute = 60_000;
const hour = 60 * minute;

/**
 * How long WeChat Pay waits before each further attempt at a payment or refund notification, in milliseconds: 15 of them in 24 h 4 min.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791861 支付成功回调通知
 */
export const payDelaysMs: readonly number[] = [
  15_000,
  15_000,
  30_000,
  3 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  30 * minute,
  30 * minute,
  60 * minute,
  3 * hour,
  3 * hour,
  3 * hour,
  6 * hour,
  6 * hour,
];
