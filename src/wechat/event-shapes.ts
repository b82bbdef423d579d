import type { Shape } from './shapes.ts';
import { workEventShapes } from './work/event-shapes.ts';

const scanCode = {
  eventKey: 'EventKey',
  scanType: 'ScanCodeInfo.ScanType',
  scanResult: 'ScanCodeInfo.ScanResult',
} as const;

const pictures = {
  eventKey: 'EventKey',
  count: 'SendPicsInfo.Count',
  pictures: { list: 'SendPicsInfo.PicList.item', of: { md5: 'PicMd5Sum' } },
} as const;

const card = { cardId: 'CardId', userCardCode: 'UserCardCode' } as const;
const giftCard = { pageId: 'PageId', orderId: 'OrderId' } as const;
const expiry = { expiredTime: 'ExpiredTime' } as const;
const failure = { failTime: 'FailTime', failReason: 'FailReason' } as const;
const user = { openId: 'OpenID|openid', appId: 'AppID|appid' } as const;
const revocation = {
  ...user,
  revokeInfo: 'RevokeInfo',
  pluginId: 'PluginID?',
  openPid: 'OpenPID?',
} as const;

const trade = {
  transactionId: 'transaction_id',
  merchantId: 'merchant_id',
  subMerchantId: 'sub_merchant_id',
  merchantTradeNo: 'merchant_trade_no',
  payTime: 'pay_time',
} as const;

const payment = {
  openId: 'OpenId',
  outTradeNo: 'OutTradeNo',
  env: 'Env',
  mchOrderNo: 'WeChatPayInfo.MchOrderNo?',
  transactionId: 'WeChatPayInfo.TransactionId?',
  paidTime: 'WeChatPayInfo.PaidTime?',
} as const;

/** By Event; the names are WeChat's, which mix every style. */
export const eventShapes = {
  subscribe: { eventKey: 'EventKey', ticket: 'Ticket?' },
  unsubscribe: { eventKey: 'EventKey' },
  SCAN: { eventKey: 'EventKey', ticket: 'Ticket' },
  LOCATION: { latitude: 'Latitude', longitude: 'Longitude', precision: 'Precision' },
  CLICK: { eventKey: 'EventKey' },
  VIEW: { eventKey: 'EventKey', menuId: 'MenuId?' },
  view_miniprogram: { eventKey: 'EventKey', menuId: 'MenuId' },
  scancode_push: scanCode,
  scancode_waitmsg: scanCode,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: {
    eventKey: 'EventKey',
    latitude: 'SendLocationInfo.Location_X',
    longitude: 'SendLocationInfo.Location_Y',
    scale: 'SendLocationInfo.Scale',
    label: 'SendLocationInfo.Label',
    poiName: 'SendLocationInfo.Poiname',
  },
  ENTER: {},

  MASSSENDJOBFINISH: {
    jobId: 'MsgID',
    status: 'Status',
    totalCount: 'TotalCount',
    filterCount: 'FilterCount',
    sentCount: 'SentCount',
    errorCount: 'ErrorCount',
    copyrightCheckState: 'CopyrightCheckResult.CheckState?',
    copyrightChecks: {
      list: 'CopyrightCheckResult.ResultList.item',
      of: {
        articleIdx: 'ArticleIdx',
        userDeclareState: 'UserDeclareState',
        auditState: 'AuditState',
        originalArticleUrl: 'OriginalArticleUrl',
        originalArticleType: 'OriginalArticleType',
        canReprint: 'CanReprint',
        needReplaceContent: 'NeedReplaceContent',
        needShowReprintSource: 'NeedShowReprintSource',
      },
    },
    articles: {
      list: 'ArticleUrlResult.ResultList.item',
      of: { idx: 'ArticleIdx', url: 'ArticleUrl' },
    },
  },
  TEMPLATESENDJOBFINISH: { jobId: 'MsgID', status: 'Status' },
  PUBLISHJOBFINISH: {
    publishId: 'PublishEventInfo.publish_id',
    publishStatus: 'PublishEventInfo.publish_status',
    articleId: 'PublishEventInfo.article_id?',
    articles: {
      list: 'PublishEventInfo.article_detail.item',
      of: { idx: 'idx', url: 'article_url' },
    },
    failIdx: { list: 'PublishEventInfo.fail_idx' },
  },

  subscribe_msg_popup_event: {
    items: {
      list: 'SubscribeMsgPopupEvent.List|List',
      of: {
        templateId: 'TemplateId',
        subscribeStatus: 'SubscribeStatusString',
        popupScene: 'PopupScene',
      },
    },
  },
  subscribe_msg_change_event: {
    items: {
      list: 'SubscribeMsgChangeEvent.List|List',
      of: { templateId: 'TemplateId', subscribeStatus: 'SubscribeStatusString' },
    },
  },
  subscribe_msg_sent_event: {
    items: {
      list: 'SubscribeMsgSentEvent.List|List',
      of: {
        templateId: 'TemplateId',
        sentMsgId: 'MsgID',
        errorCode: 'ErrorCode',
        errorStatus: 'ErrorStatus',
      },
    },
  },

  kf_create_session: { kfAccount: 'KfAccount' },
  kf_close_session: { kfAccount: 'KfAccount' },
  kf_switch_session: { fromKfAccount: 'FromKfAccount', toKfAccount: 'ToKfAccount' },
  user_enter_tempsession: { sessionFrom: 'SessionFrom' },

  qualification_verify_success: expiry,
  naming_verify_success: expiry,
  annual_renew: expiry,
  verify_expired: expiry,
  qualification_verify_fail: failure,
  naming_verify_fail: failure,

  card_pass_check: { cardId: 'CardId' },
  card_not_pass_check: { cardId: 'CardId', refuseReason: 'RefuseReason' },
  user_get_card: {
    ...card,
    isGiveByFriend: 'IsGiveByFriend',
    friendUserName: 'FriendUserName',
    outerId: 'OuterId',
    oldUserCardCode: 'OldUserCardCode',
    outerStr: 'OuterStr',
    isRestoreMemberCard: 'IsRestoreMemberCard',
    isRecommendByFriend: 'IsRecommendByFriend',
    unionId: 'UnionId',
  },
  user_gifting_card: {
    ...card,
    isReturnBack: 'IsReturnBack',
    friendUserName: 'FriendUserName',
    isChatRoom: 'IsChatRoom',
  },
  user_del_card: card,
  user_enter_session_from_card: card,
  submit_membercard_user_info: card,
  user_view_card: { ...card, outerStr: 'OuterStr' },
  user_consume_card: {
    ...card,
    consumeSource: 'ConsumeSource',
    locationName: 'LocationName',
    staffOpenId: 'StaffOpenId',
    verifyCode: 'VerifyCode',
    remarkAmount: 'RemarkAmount',
    outerStr: 'OuterStr',
  },
  user_pay_from_pay_cell: {
    ...card,
    transId: 'TransId',
    locationId: 'LocationId',
    fee: 'Fee',
    originalFee: 'OriginalFee',
  },
  update_member_card: { ...card, modifyBonus: 'ModifyBonus', modifyBalance: 'ModifyBalance' },
  card_sku_remind: { cardId: 'CardId', detail: 'Detail' },
  card_pay_order: {
    orderId: 'OrderId',
    status: 'Status',
    createOrderTime: 'CreateOrderTime',
    payFinishTime: 'PayFinishTime',
    description: 'Desc',
    freeCoinCount: 'FreeCoinCount',
    payCoinCount: 'PayCoinCount',
    refundFreeCoinCount: 'RefundFreeCoinCount',
    refundPayCoinCount: 'RefundPayCoinCount',
    orderType: 'OrderType',
    memo: 'Memo',
    receiptInfo: 'ReceiptInfo',
  },
  card_merchant_check_result: { merchantId: 'MerchantId', isPass: 'IsPass', reason: 'Reason' },
  giftcard_pay_done: giftCard,
  giftcard_send_to_friend: {
    ...giftCard,
    isChatRoom: 'IsChatRoom',
    isReturnBack: 'IsReturnBack',
  },
  giftcard_user_accept: { ...giftCard, isChatRoom: 'IsChatRoom' },
  user_authorize_invoice: {
    succOrderId: 'SuccOrderId',
    failOrderId: 'FailOrderId',
    authorizeAppId: 'AuthorizeAppId|AppId',
    source: 'Source',
  },
  update_invoice_status: { status: 'Status', cardId: 'CardId', code: 'Code' },
  cloud_invoice_invoiceresult_event: { fpqqlsh: 'fpqqlsh', status: 'status', nsrsbh: 'nsrsbh' },
  merchant_order: {
    orderId: 'OrderId',
    orderStatus: 'OrderStatus',
    productId: 'ProductId',
    skuInfo: 'SkuInfo',
  },
  poi_check_notify: { uniqId: 'UniqId', poiId: 'PoiId', result: 'Result', msg: 'msg' },

  user_info_modified: user,
  user_authorization_revoke: revocation,
  user_authorization_cancellation: revocation,

  weapp_audit_success: { succTime: 'SuccTime' },
  weapp_audit_fail: { reason: 'Reason', failTime: 'FailTime', screenShot: 'ScreenShot' },
  weapp_audit_delay: { reason: 'Reason', delayTime: 'DelayTime' },
  wxa_media_check: {
    appId: 'appid',
    traceId: 'trace_id',
    version: 'version?',
    suggest: 'result.suggest?',
    label: 'result.label?',
    details: {
      list: 'detail',
      of: {
        strategy: 'strategy',
        errcode: 'errcode',
        suggest: 'suggest',
        label: 'label',
        prob: 'prob?',
      },
    },
    isRisky: 'isrisky?',
    extraInfoJson: 'extra_info_json?',
    statusCode: 'status_code?',
  },
  wxa_nickname_audit: { ret: 'ret', nickname: 'nickname', reason: 'reason' },
  wxa_category_audit: { ret: 'ret', first: 'first', second: 'second', reason: 'reason' },
  wxa_privacy_apply: {
    apiName: 'result_info.api_name',
    applyTime: 'result_info.apply_time',
    auditId: 'result_info.audit_id',
    auditTime: 'result_info.audit_time',
    reason: 'result_info.reason',
    status: 'result_info.status',
  },
  wxa_illegal_record: {
    illegalRecordId: 'illegal_record_id',
    appId: 'appid',
    illegalTime: 'create_time',
    illegalReason: 'illegal_reason',
    illegalContent: 'illegal_content',
    ruleUrl: 'rule_url',
    ruleName: 'rule_name',
  },
  wxa_appeal_record: {
    appealRecordId: 'appeal_record_id',
    appId: 'appid',
    appealTime: 'appeal_time',
    appealCount: 'appeal_count',
    appealFrom: 'appeal_from',
    appealStatus: 'appeal_status',
    punishDescription: 'punish_description',
    materials: {
      list: 'material',
      of: {
        content: 'illegal_material.content',
        contentUrl: 'illegal_material.content_url',
        reason: 'appeal_material.reason',
        proofMaterialIds: { list: 'appeal_material.proof_material_id' },
      },
    },
  },
  add_express_path: {
    deliveryId: 'DeliveryID',
    wayBillId: 'WayBillId',
    orderId: 'OrderId',
    version: 'Version',
    count: 'Count',
    actions: {
      list: 'Actions',
      of: { time: 'ActionTime', type: 'ActionType', message: 'ActionMsg' },
    },
  },
  trade_manage_remind_access_api: { msg: 'msg' },
  trade_manage_remind_shipping: { ...trade, msg: 'msg' },
  trade_manage_order_settlement: {
    ...trade,
    shippedTime: 'shipped_time',
    estimatedSettlementTime: 'estimated_settlement_time',
    confirmReceiveMethod: 'confirm_receive_method',
    confirmReceiveTime: 'confirm_receive_time',
    settlementTime: 'settlement_time',
  },
  xpay_goods_deliver_notify: {
    ...payment,
    productId: 'GoodsInfo.ProductId',
    quantity: 'GoodsInfo.Quantity',
    origPrice: 'GoodsInfo.OrigPrice',
    actualPrice: 'GoodsInfo.ActualPrice',
    attach: 'GoodsInfo.Attach',
  },
  xpay_coin_pay_notify: {
    ...payment,
    quantity: 'CoinInfo.Quantity',
    origPrice: 'CoinInfo.OrigPrice',
    actualPrice: 'CoinInfo.ActualPrice',
    attach: 'CoinInfo.Attach',
  },
  xpay_refund_notify: {
    openId: 'OpenId',
    wxRefundId: 'WxRefundId',
    mchRefundId: 'MchRefundId',
    wxOrderId: 'WxOrderId',
    mchOrderId: 'MchOrderId',
    refundFee: 'RefundFee',
    retCode: 'RetCode',
    retMsg: 'RetMsg',
    refundStartTimestamp: 'RefundStartTimestamp',
    refundSuccTimestamp: 'RefundSuccTimestamp',
    refundTransactionId: 'WxpayRefundTransactionId',
    retryTimes: 'RetryTimes',
  },
  wxa_comment_bad_score: { commentId: 'result.comment_id' },
  debug_demo: { debugStr: 'debug_str' },

  ...workEventShapes,
} as const satisfies Record<string, Shape>;
