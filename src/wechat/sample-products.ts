/** Kinds of account, as WeChat's consoles have them: 公众号 / 服务号, 小程序, 企业微信 and its AI bots, 第三方平台. */
export type Product = 'mp' | 'wxa' | 'work' | 'bot' | 'open';

/** Who gets what besides 公众号 or instead of it, by the name of the sample. What is not listed goes to 公众号 alone. */
const products: Readonly<Record<string, readonly Product[]>> = Object.fromEntries(
  (
    [
      ['mp wxa work', 'text image'],
      ['mp work', 'video location link'],
      [
        'wxa',
        `miniprogrampage user_enter_tempsession user_authorization_revoke-wxa wxa_media_check-v1 add_express_path
        trade_manage_remind_access_api trade_manage_remind_shipping trade_manage_order_settlement xpay_goods_deliver_notify
        xpay_coin_pay_notify xpay_refund_notify wxa_comment_bad_score`,
      ],
      [
        'mp wxa',
        `subscribe-msg-popup subscribe-msg-change subscribe-msg-sent user_info_modified user_authorization_revoke
        user_authorization_cancellation wxa_media_check`,
      ],
      [
        'wxa open',
        `weapp_audit_success weapp_audit_fail weapp_audit_delay wxa_nickname_audit wxa_category_audit wxa_privacy_apply
        wxa_illegal_record wxa_appeal_record`,
      ],
      ['mp wxa open', 'debug_demo'],
      ['open', 'release-test-text release-test-api'],
    ] as const
  ).flatMap(([who, kinds]) => {
    const list = who.split(' ') as Product[]; // Written just above, in the words of the type.
    return kinds.split(/\s+/u).map((kind) => [kind, list] as const);
  }),
);

/** Which kinds of account get the push of this name. */
export function productsOf(kind: string): readonly Product[] {
  return products[kind] ?? ['mp'];
}
