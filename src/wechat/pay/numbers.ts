/** The fields WeChat Pay v3 writes as bare JSON numbers, by path: amounts in fen, counts, percentages. */
const numberPaths: ReadonlySet<string> = new Set(
  `
  amount.total amount.payer_total amount.refund amount.payer_refund amount.settlement_refund amount.settlement_total
  amount.discount_refund amount.from.amount
  promotion_detail.amount promotion_detail.wechatpay_contribute promotion_detail.merchant_contribute
  promotion_detail.other_contribute promotion_detail.goods_detail.quantity promotion_detail.goods_detail.unit_price
  promotion_detail.goods_detail.discount_amount
  receiver.amount receivers.amount total_amount total_num success_amount success_num fail_amount fail_num
  transfer_amount transfer_scene_report_infos.amount
  post_payments.amount post_payments.count post_discounts.amount post_discounts.count risk_fund.amount
  detail.promotion_detail.amount
  `
    .trim()
    .split(/\s+/u),
);

/** Whether WeChat Pay writes the field at this path (names joined by dots, without list positions) as a bare number. */
export function isPayNumberField(path: string): boolean {
  return numberPaths.has(path);
}
