import { WxDevError } from '../core/errors.ts';
import { createFields, type Fields, type FieldValue } from './fields.ts';
import type { SampleFields } from './sample-events.ts';
import { similarNames } from './similar.ts';

/** Who pays what to whom, when it happens. */
export interface PaySampleOptions {
  readonly appId: string;
  readonly mchId: string;
  readonly openid: string;
  /** Order number of the merchant. */
  readonly outTradeNo: string;
  /** Of the payment, 28 digits. */
  readonly transactionId: string;
  /** RFC 3339. */
  readonly time: string;
  /** Of v2: `20260101080000`. */
  readonly timeEnd: string;
}

/** A notification that can be sent by name. */
export type PaySample =
  | {
      readonly version: 'v3';
      readonly eventType: string;
      readonly summary: string;
      readonly originalType: string;
      readonly resource: Fields;
      /** Whether it carries WeChat Pay's deliberately wrong signature (签名探测). */
      readonly probe: boolean;
    }
  /** A v2 payment, signed by `sign`. */
  | { readonly version: 'v2'; readonly fields: Fields }
  /** A v2 refund: `refund` is what `req_info` holds. */
  | { readonly version: 'v2'; readonly fields: Fields; readonly refund: Fields };

type Make = (options: PaySampleOptions) => SampleFields;

const payment: Make = (options) => ({
  ...order(options),
  appid: options.appId,
  mchid: options.mchId,
  payer: { openid: options.openid },
});

const partnerPayment: Make = (options) => ({
  ...order(options),
  sp_appid: options.appId,
  sp_mchid: options.mchId,
  sub_mchid: '1900000109',
  payer: { sp_openid: options.openid },
});

function order({ outTradeNo, transactionId, time }: PaySampleOptions): SampleFields {
  return {
    out_trade_no: outTradeNo,
    transaction_id: transactionId,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: '',
    success_time: time,
    amount: { total: '100', payer_total: '100', currency: 'CNY', payer_currency: 'CNY' },
  };
}

function refund(status: string): Make {
  return ({ mchId, outTradeNo, transactionId, time }) => ({
    mchid: mchId,
    out_trade_no: outTradeNo,
    transaction_id: transactionId,
    out_refund_no: `R${outTradeNo}`,
    refund_id: '50300000002026010100000000001',
    refund_status: status,
    ...(status === 'SUCCESS' ? { success_time: time } : {}),
    user_received_account: '支付用户零钱',
    amount: { total: '100', refund: '100', payer_total: '100', payer_refund: '100' },
  });
}

function payscore(state: string): Make {
  return ({ appId, mchId, openid, outTradeNo }) => ({
    appid: appId,
    mchid: mchId,
    openid,
    out_order_no: outTradeNo,
    service_id: '500001',
    order_id: '15646546545165651651',
    state,
    total_amount: '100',
  });
}

const transfer: Make = ({ mchId, openid, outTradeNo, time }) => ({
  mch_id: mchId,
  openid,
  out_bill_no: outTradeNo,
  transfer_bill_no: '1330000071100999991182020050700019480001',
  transfer_amount: '100',
  state: 'SUCCESS',
  create_time: time,
  update_time: time,
});

const profitSharing: Make = ({ mchId, outTradeNo, transactionId, time }) => ({
  mchid: mchId,
  transaction_id: transactionId,
  order_id: '1217752501201407033233368018',
  out_order_no: outTradeNo,
  receiver: { type: 'MERCHANT_ID', account: '1900000109', amount: '10', description: '分账' },
  success_time: time,
});

const complaint: Make = ({ time }) => ({
  complaint_id: '200201820200101080076610000',
  action_type: 'CREATE_COMPLAINT',
  create_time: time,
});

const coupon: Make = ({ openid, time }) => ({
  stock_creator_mchid: '1900000109',
  stock_id: '9856888',
  coupon_id: '1674898000000',
  coupon_name: '示例代金券',
  status: 'USED',
  consume_information: { consume_time: time, openid },
});

/** Event type, summary, original type, resource. */
const samples: Readonly<Record<string, readonly [string, string, string, Make]>> = {
  'pay.success': ['TRANSACTION.SUCCESS', '支付成功', 'transaction', payment],
  'pay.partner': ['TRANSACTION.SUCCESS', '支付成功', 'transaction', partnerPayment],
  'pay.refund': ['REFUND.SUCCESS', '退款成功', 'refund', refund('SUCCESS')],
  'pay.refund.abnormal': ['REFUND.ABNORMAL', '退款异常', 'refund', refund('ABNORMAL')],
  'pay.refund.closed': ['REFUND.CLOSED', '退款关闭', 'refund', refund('CLOSED')],
  'pay.payscore.confirm': ['PAYSCORE.USER_CONFIRM', '用户已确认', 'payscore', payscore('DOING')],
  'pay.payscore.paid': ['PAYSCORE.USER_PAID', '用户已支付', 'payscore', payscore('DONE')],
  'pay.transfer': ['MCHTRANSFER.BILL.FINISHED', '转账完成', 'mch_payment', transfer],
  'pay.profitsharing': ['PROFITSHARING.SUCCESS', '分账成功', 'profitsharing', profitSharing],
  'pay.coupon.use': ['COUPON.USE', '代金券核销', 'coupon', coupon],
  'pay.complaint': ['COMPLAINT.CREATE', '产生新投诉', 'complaint', complaint],
  'pay.echo': ['SECURITY_ECHO.SUCCESS', '验签测试', 'security', () => ({ echo: 'wxdev' })],
  'pay.probe': ['TRANSACTION.SUCCESS', '支付成功', 'transaction', payment],
};

const v2Names: readonly string[] = ['pay.v2.success', 'pay.v2.refund'];

/** Every payment notification that can be sent by name. */
export const payKinds: readonly string[] = [...Object.keys(samples), ...v2Names];

/** Whether a name is meant to be a payment notification: one of `payKinds`, `pay:<event_type>`, or a mistyped one. */
export function isPayName(name: string): boolean {
  return /^pay[.:]/iu.test(name);
}

/** The version of WeChat Pay that a name is of. */
export function payVersionOf(name: string): PaySample['version'] {
  return /^pay\.v2\./iu.test(name) ? 'v2' : 'v3';
}

/**
 * Builds what a payment notification says. `pay:<event_type>` is one of any other kind, with an empty resource.
 *
 * @throws WXD1207 when the name is not known.
 */
export function makePaySample(name: string, options: PaySampleOptions): PaySample {
  const wanted = name.toLowerCase();
  if (wanted === 'pay.v2.success') return { version: 'v2', fields: v2Payment(options) };
  if (wanted === 'pay.v2.refund') return v2Refund(options);
  const known = Object.hasOwn(samples, wanted) ? samples[wanted] : undefined;
  if (known !== undefined) {
    const [eventType, summary, originalType, make] = known;
    const probe = wanted === 'pay.probe';
    const resource = toFields(make(options));
    return { version: 'v3', eventType, summary, originalType, resource, probe };
  }
  const [, eventType] = /^pay:([A-Z0-9_.]{1,64})$/iu.exec(name) ?? [];
  if (eventType === undefined) {
    throw new WxDevError('WXD1207', { kind: name, similar: similarNames(name, payKinds) });
  }
  const resource = createFields([['mchid', options.mchId]]);
  const empty = { summary: '', originalType: '', probe: false };
  return { version: 'v3', eventType: eventType.toUpperCase(), resource, ...empty };
}

function v2Payment(options: PaySampleOptions): Fields {
  const { appId, mchId, openid, outTradeNo, transactionId, timeEnd } = options;
  return createFields([
    ['appid', appId],
    ['bank_type', 'OTHERS'],
    ['cash_fee', '100'],
    ['fee_type', 'CNY'],
    ['is_subscribe', 'N'],
    ['mch_id', mchId],
    ['nonce_str', transactionId.slice(-16)],
    ['openid', openid],
    ['out_trade_no', outTradeNo],
    ['result_code', 'SUCCESS'],
    ['return_code', 'SUCCESS'],
    ['time_end', timeEnd],
    ['total_fee', '100'],
    ['trade_type', 'JSAPI'],
    ['transaction_id', transactionId],
  ]);
}

function v2Refund({ appId, mchId, outTradeNo, transactionId, time }: PaySampleOptions): PaySample {
  return {
    version: 'v2',
    fields: createFields([
      ['return_code', 'SUCCESS'],
      ['appid', appId],
      ['mch_id', mchId],
      ['nonce_str', transactionId.slice(-16)],
    ]),
    refund: createFields([
      ['out_refund_no', `R${outTradeNo}`],
      ['out_trade_no', outTradeNo],
      ['refund_account', 'REFUND_SOURCE_RECHARGE_FUNDS'],
      ['refund_fee', '100'],
      ['refund_id', '50300000002026010100000000001'],
      // WeChat Pay's own spelling.
      ['refund_recv_accout', '支付用户零钱'],
      ['refund_request_source', 'API'],
      ['refund_status', 'SUCCESS'],
      ['settlement_refund_fee', '100'],
      ['settlement_total_fee', '100'],
      ['success_time', time.slice(0, 19).replace('T', ' ')],
      ['total_fee', '100'],
      ['transaction_id', transactionId],
    ]),
  };
}

function toFields(sample: SampleFields): Fields {
  return createFields(
    Object.entries(sample).map(([name, value]): [string, FieldValue] => {
      if (typeof value === 'string') return [name, value];
      return [name, Array.isArray(value) ? [...value] : toFields(value as SampleFields)];
    }),
  );
}
