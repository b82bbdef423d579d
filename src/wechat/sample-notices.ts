import type { SampleFields } from './sample-events.ts';

const authorizer = 'wx1234567890abcdef';

const authorization = {
  AuthorizerAppid: authorizer,
  AuthorizationCode: 'queryauthcode@@@wxdevAuthCode',
  AuthorizationCodeExpiredTime: '1767229200',
  PreAuthCode: 'preauthcode@@@wxdevPre',
};

const company = {
  name: '示例科技有限公司',
  code: '91110000000000000X',
  code_type: '1',
  legal_persona_wechat: 'wxdev_legal',
  legal_persona_name: '张三',
  component_phone: '010-00000000',
};

/** Notices of the open platform (第三方平台 授权事件接收 URL) by InfoType, with invented values. */
export const sampleNotices = {
  component_verify_ticket: { ComponentVerifyTicket: 'ticket@@@wxdevTicketValue0001' },
  authorized: authorization,
  updateauthorized: authorization,
  unauthorized: { AuthorizerAppid: authorizer },
  notify_third_fasteregister: {
    appid: authorizer,
    status: '0',
    auth_code: 'queryauthcode@@@wxdevAuthCode',
    msg: 'OK',
    info: company,
  },
  notify_third_fastverifybetaapp: { appid: authorizer, status: '0', msg: 'OK', info: company },
  notify_3rd_wxa_auth: {
    appid: authorizer,
    taskid: 'wxdevtask0001',
    task_status: '0',
    apply_status: '0',
    message: '等待管理员授权',
    dispatch_info: {
      provider: '示例机构',
      contact: '010-00000000',
      dispatch_time: '1767225600',
    },
  },
  notify_3rd_wxa_wxverify: {
    appid: authorizer,
    expired: '1798761600',
    message: '账号已进入年审期',
  },
  notify_apply_icpfiling_result: { authorizer_appid: authorizer, beian_status: '6' },
} as const satisfies Record<string, SampleFields>;
