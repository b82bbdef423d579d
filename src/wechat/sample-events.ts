/** Fields of a sample: numbers as text too, a list as an array. */
export interface SampleFields {
  readonly [name: string]: string | SampleFields | readonly (string | SampleFields)[];
}

/** A sample event: its Event and what it has beyond addresses and time. */
export type SampleEvent = readonly [event: string, fields?: SampleFields];

const alice = 'oWxDev_Alice_000000000000001';
const cardId = 'pWxDev_Card_000000000000001';
const miniProgram = 'wx1234567890abcdef';
const now = '1767225600';
const expiry = { ExpiredTime: '1798761600' };
const failure = { FailTime: now, FailReason: '证件照片不清晰' };
const ticket = { Ticket: 'gQH47zwAAAwxdevTicket==' };
const card = { CardId: cardId, UserCardCode: '900100200300' };
const giftCard = { PageId: 'wxdevPage0001=', OrderId: 'wxdevGiftOrder01' };
const scanCode = { ScanType: 'qrcode', ScanResult: 'wxdev-001' };
const template = { TemplateId: 'wxdevTemplateId000000000000000000000000001' };
const user = { OpenID: alice, AppID: miniProgram };
const agent = { KfAccount: 'agent1@wxdev' };

const pictures = {
  EventKey: 'PIC_A',
  SendPicsInfo: {
    Count: '1',
    PicList: { item: [{ PicMd5Sum: '9e107d9d372bb6826bd81d3542a419d6' }] },
  },
};

const trade = {
  transaction_id: '4200000000202601010000000001',
  merchant_id: '1900000001',
  sub_merchant_id: '',
  merchant_trade_no: 'WXDEV0001',
  pay_time: now,
};

const payment = {
  OpenId: alice,
  OutTradeNo: 'WXDEV0001',
  Env: '1',
  WeChatPayInfo: {
    MchOrderNo: 'WXDEV0001',
    TransactionId: '4200000000202601010000000001',
    PaidTime: now,
  },
};

/** Events by kind, with invented values. */
export const sampleEvents = {
  subscribe: ['subscribe', { EventKey: '' }],
  'subscribe-qr': ['subscribe', { EventKey: 'qrscene_1001', ...ticket }],
  'subscribe-qr-str': ['subscribe', { EventKey: 'qrscene_invite_ab', ...ticket }],
  'subscribe-after-pay': ['subscribe', { EventKey: 'last_trade_no_4200000000202601010000000001' }],
  unsubscribe: ['unsubscribe', { EventKey: '' }],
  scan: ['SCAN', { EventKey: '1001', ...ticket }],
  'location-report': [
    'LOCATION',
    { Latitude: '39.904200', Longitude: '116.407400', Precision: '65.000000' },
  ],
  click: ['CLICK', { EventKey: 'MENU_HELP' }],
  view: ['VIEW', { EventKey: 'https://example.com/shop', MenuId: '430000001' }],
  'view-miniprogram': ['view_miniprogram', { EventKey: 'pages/index/index', MenuId: '430000001' }],
  scancode_push: ['scancode_push', { EventKey: 'SCAN_A', ScanCodeInfo: scanCode }],
  scancode_waitmsg: ['scancode_waitmsg', { EventKey: 'SCAN_A', ScanCodeInfo: scanCode }],
  pic_sysphoto: ['pic_sysphoto', pictures],
  pic_photo_or_album: ['pic_photo_or_album', pictures],
  pic_weixin: ['pic_weixin', pictures],
  location_select: [
    'location_select',
    {
      EventKey: 'LOC_A',
      SendLocationInfo: {
        Location_X: '39.9',
        Location_Y: '116.4',
        Scale: '15',
        Label: '北京市东城区示例路1号',
        Poiname: '',
      },
    },
  ],
  enter: ['ENTER'],

  'mass-send-finish': [
    'MASSSENDJOBFINISH',
    {
      MsgID: '1000001625',
      Status: 'send success',
      TotalCount: '100',
      FilterCount: '98',
      SentCount: '97',
      ErrorCount: '1',
      CopyrightCheckResult: { Count: '0', ResultList: '', CheckState: '0' },
      ArticleUrlResult: {
        Count: '1',
        ResultList: {
          item: [{ ArticleIdx: '1', ArticleUrl: 'https://mp.weixin.qq.com/s/wxdev0001' }],
        },
      },
    },
  ],
  'template-send-finish-ok': ['TEMPLATESENDJOBFINISH', { MsgID: '200163836', Status: 'success' }],
  'template-send-finish-blocked': [
    'TEMPLATESENDJOBFINISH',
    { MsgID: '200163836', Status: 'failed:user block' },
  ],
  'template-send-finish-failed': [
    'TEMPLATESENDJOBFINISH',
    { MsgID: '200163836', Status: 'failed: system failed' },
  ],
  'publish-finish-ok': [
    'PUBLISHJOBFINISH',
    {
      PublishEventInfo: {
        publish_id: '2247500001',
        publish_status: '0',
        article_id: 'wxdev_article_0001',
        article_detail: {
          count: '1',
          item: [{ idx: '1', article_url: 'https://mp.weixin.qq.com/s/wxdev0002' }],
        },
      },
    },
  ],
  'publish-finish-fail': [
    'PUBLISHJOBFINISH',
    { PublishEventInfo: { publish_id: '2247500002', publish_status: '2', fail_idx: ['1', '2'] } },
  ],

  'subscribe-msg-popup': [
    'subscribe_msg_popup_event',
    {
      SubscribeMsgPopupEvent: {
        List: [{ ...template, SubscribeStatusString: 'accept', PopupScene: '0' }],
      },
    },
  ],
  'subscribe-msg-change': [
    'subscribe_msg_change_event',
    { SubscribeMsgChangeEvent: { List: [{ ...template, SubscribeStatusString: 'reject' }] } },
  ],
  'subscribe-msg-sent': [
    'subscribe_msg_sent_event',
    {
      SubscribeMsgSentEvent: {
        List: [
          {
            ...template,
            MsgID: '1864000000000000001',
            ErrorCode: '0',
            ErrorStatus: 'success',
          },
        ],
      },
    },
  ],

  kf_create_session: ['kf_create_session', agent],
  kf_close_session: ['kf_close_session', agent],
  kf_switch_session: [
    'kf_switch_session',
    { FromKfAccount: 'agent1@wxdev', ToKfAccount: 'agent2@wxdev' },
  ],
  user_enter_tempsession: ['user_enter_tempsession', { SessionFrom: 'from-cart' }],

  qualification_verify_success: ['qualification_verify_success', expiry],
  naming_verify_success: ['naming_verify_success', expiry],
  annual_renew: ['annual_renew', expiry],
  verify_expired: ['verify_expired', expiry],
  qualification_verify_fail: ['qualification_verify_fail', failure],
  naming_verify_fail: ['naming_verify_fail', failure],

  card_pass_check: ['card_pass_check', { CardId: cardId }],
  card_not_pass_check: ['card_not_pass_check', { CardId: cardId, RefuseReason: '图片不合规' }],
  user_get_card: [
    'user_get_card',
    {
      CardId: cardId,
      IsGiveByFriend: '0',
      UserCardCode: '900100200300',
      FriendUserName: '',
      OuterId: '0',
      OldUserCardCode: '',
      OuterStr: 'store-7',
      IsRestoreMemberCard: '0',
      IsRecommendByFriend: '0',
      UnionId: 'oWxDev_Union_00000000000001',
    },
  ],
  user_gifting_card: [
    'user_gifting_card',
    {
      ...card,
      IsReturnBack: '0',
      FriendUserName: 'oWxDev_Bob_00000000000000002',
      IsChatRoom: '0',
    },
  ],
  user_del_card: ['user_del_card', card],
  user_enter_session_from_card: ['user_enter_session_from_card', card],
  submit_membercard_user_info: ['submit_membercard_user_info', card],
  user_view_card: ['user_view_card', { ...card, OuterStr: 'store-7' }],
  user_consume_card: [
    'user_consume_card',
    {
      ...card,
      ConsumeSource: 'FROM_API',
      LocationName: '',
      StaffOpenId: 'oWxDev_Staff_00000000000003',
      VerifyCode: '',
      RemarkAmount: '',
      OuterStr: 'store-7',
    },
  ],
  user_pay_from_pay_cell: [
    'user_pay_from_pay_cell',
    {
      ...card,
      TransId: '4200000000202601010000000001',
      LocationId: '291700001',
      Fee: '9900',
      OriginalFee: '10000',
    },
  ],
  update_member_card: ['update_member_card', { ...card, ModifyBonus: '30', ModifyBalance: '0' }],
  card_sku_remind: [
    'card_sku_remind',
    { CardId: cardId, Detail: "the card's quantity is less than 100" },
  ],
  card_pay_order: [
    'card_pay_order',
    {
      OrderId: '404000001',
      Status: 'ORDER_STATUS_FINANCE_SUCC',
      CreateOrderTime: now,
      PayFinishTime: '0',
      Desc: '',
      FreeCoinCount: '200',
      PayCoinCount: '0',
      RefundFreeCoinCount: '0',
      RefundPayCoinCount: '0',
      OrderType: 'ORDER_TYPE_SYS_ADD',
      Memo: '示例',
      ReceiptInfo: '',
    },
  ],
  card_merchant_check_result: [
    'card_merchant_check_result',
    { MerchantId: '100001', IsPass: '1', Reason: '' },
  ],
  giftcard_pay_done: ['giftcard_pay_done', giftCard],
  giftcard_send_to_friend: [
    'giftcard_send_to_friend',
    { ...giftCard, IsChatRoom: 'true', IsReturnBack: 'false' },
  ],
  giftcard_user_accept: ['giftcard_user_accept', { ...giftCard, IsChatRoom: 'true' }],
  user_authorize_invoice: [
    'user_authorize_invoice',
    {
      SuccOrderId: '1202900000001',
      FailOrderId: '',
      AuthorizeAppId: miniProgram,
      Source: 'web',
    },
  ],
  update_invoice_status: [
    'update_invoice_status',
    { Status: 'INVOICE_REIMBURSE_INIT', CardId: cardId, Code: '186000000001' },
  ],
  cloud_invoice_invoiceresult_event: [
    'cloud_invoice_invoiceresult_event',
    { fpqqlsh: 'wxdev00000000000001', status: '100', nsrsbh: '91110000000000000X' },
  ],
  merchant_order: [
    'merchant_order',
    {
      OrderId: 'wxdev-order-1',
      OrderStatus: '2',
      ProductId: 'wxdev-product-1',
      SkuInfo: '10001:1000012;10002:100021',
    },
  ],
  poi_check_notify: [
    'poi_check_notify',
    { UniqId: 'store7', PoiId: '470000001', Result: 'succ', msg: '' },
  ],

  user_info_modified: ['user_info_modified', user],
  user_authorization_revoke: ['user_authorization_revoke', { ...user, RevokeInfo: '201' }],
  'user_authorization_revoke-wxa': [
    'user_authorization_revoke',
    { ...user, RevokeInfo: '8', PluginID: '', OpenPID: '' },
  ],
  user_authorization_cancellation: [
    'user_authorization_cancellation',
    { ...user, RevokeInfo: '1' },
  ],

  weapp_audit_success: ['weapp_audit_success', { SuccTime: now }],
  weapp_audit_fail: [
    'weapp_audit_fail',
    {
      Reason: '1:服务类目与页面内容不一致:<br>(1):示例。<br>',
      FailTime: now,
      ScreenShot: 'wxdevMediaA|wxdevMediaB',
    },
  ],
  weapp_audit_delay: ['weapp_audit_delay', { Reason: '审核排队中', DelayTime: now }],
  wxa_media_check: [
    'wxa_media_check',
    {
      appid: miniProgram,
      trace_id: '6955b900-00000001-00000002',
      version: '2',
      detail: [
        { strategy: 'content_model', errcode: '0', suggest: 'pass', label: '100', prob: '90' },
      ],
      result: { suggest: 'pass', label: '100' },
    },
  ],
  'wxa_media_check-v1': [
    'wxa_media_check',
    {
      isrisky: '0',
      extra_info_json: '',
      appid: miniProgram,
      trace_id: '967000000000000001',
      status_code: '0',
    },
  ],
  wxa_nickname_audit: [
    'wxa_nickname_audit',
    { ret: '2', nickname: '示例小程序', reason: '名称与类目不符' },
  ],
  wxa_category_audit: [
    'wxa_category_audit',
    { ret: '2', first: '1', second: '2', reason: '资质不全' },
  ],
  wxa_privacy_apply: [
    'wxa_privacy_apply',
    {
      result_info: {
        api_name: 'wx.choosePoi',
        apply_time: '1767222000',
        audit_id: '421600001',
        audit_time: now,
        reason: '缺少使用场景',
        status: '2',
      },
    },
  ],
  wxa_illegal_record: [
    'wxa_illegal_record',
    {
      illegal_record_id: 'wxdev0001',
      appid: miniProgram,
      create_time: now,
      illegal_reason: '示例原因',
      illegal_content: '示例内容',
      rule_url: 'https://example.com/rule',
      rule_name: '示例规则',
    },
  ],
  wxa_appeal_record: [
    'wxa_appeal_record',
    {
      appeal_record_id: '4111001',
      appid: miniProgram,
      appeal_time: now,
      appeal_count: '1',
      appeal_from: '0',
      appeal_status: '1',
      punish_description: '示例',
      material: [
        {
          illegal_material: { content: '示例内容', content_url: 'https://example.com/x' },
          appeal_material: { reason: '内容正常', proof_material_id: ['wxdevProof1'] },
        },
      ],
    },
  ],
  add_express_path: [
    'add_express_path',
    {
      DeliveryID: 'SF',
      WayBillId: 'SF0000000000001',
      OrderId: 'wxdev-order-1',
      Version: '1',
      Count: '1',
      Actions: [{ ActionTime: now, ActionType: '100001', ActionMsg: '揽件成功' }],
    },
  ],
  trade_manage_remind_access_api: ['trade_manage_remind_access_api', { msg: '请接入发货信息管理' }],
  trade_manage_remind_shipping: ['trade_manage_remind_shipping', { ...trade, msg: '订单待发货' }],
  trade_manage_order_settlement: [
    'trade_manage_order_settlement',
    {
      ...trade,
      shipped_time: '1767225660',
      estimated_settlement_time: '1768089600',
      confirm_receive_method: '1',
      confirm_receive_time: '1767657600',
      settlement_time: '1768089600',
    },
  ],
  xpay_goods_deliver_notify: [
    'xpay_goods_deliver_notify',
    {
      ...payment,
      GoodsInfo: {
        ProductId: 'gem_60',
        Quantity: '1',
        OrigPrice: '600',
        ActualPrice: '600',
        Attach: 'u1',
      },
    },
  ],
  xpay_coin_pay_notify: [
    'xpay_coin_pay_notify',
    {
      ...payment,
      CoinInfo: { Quantity: '60', OrigPrice: '600', ActualPrice: '600', Attach: 'u1' },
    },
  ],
  xpay_refund_notify: [
    'xpay_refund_notify',
    {
      OpenId: alice,
      WxRefundId: 'wxdevRefund1',
      MchRefundId: 'WXDEVR0001',
      WxOrderId: 'wxdevOrder1',
      MchOrderId: 'WXDEV0001',
      RefundFee: '600',
      RetCode: '0',
      RetMsg: 'ok',
      RefundStartTimestamp: now,
      RefundSuccTimestamp: '1767225660',
      WxpayRefundTransactionId: '5030000000202601010000000001',
      RetryTimes: '0',
    },
  ],
  wxa_comment_bad_score: [
    'wxa_comment_bad_score',
    { result: { comment_id: '2272500000000000001' } },
  ],
  debug_demo: ['debug_demo', { debug_str: 'hello world' }],
} as const satisfies Record<string, SampleEvent>;
