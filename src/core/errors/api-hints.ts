import { escapeText } from './text.ts';

/** What helps against an error code of WeChat's API, in both languages. */
interface ApiHint {
  readonly en: string;
  readonly zh: string;
  /** One command; checking the account's settings where absent. */
  readonly run?: string;
}

const settingsRun = 'grep -nE "WX_(APPID|SECRET|API_BASE)" .env';

const wrongCredentials: ApiHint = {
  en: 'WX_APPID and WX_SECRET are not of one account, or the secret was reset since',
  zh: 'WX_APPID 与 WX_SECRET 不属于同一账号，或密钥已被重置',
};

const refusedToken: ApiHint = {
  en: 'a token that was just fetched: WX_API_BASE is not where it came from, or it was replaced',
  zh: '刚取得的 token 就被拒绝：WX_API_BASE 与签发处不同，或 token 已被替换',
};

const waiting: ApiHint = {
  en: 'the quota of this API is used up: wait, or clear it with clear_quota',
  zh: '接口调用次数已用完：请等待，或用 clear_quota 清零',
  run: 'wx-dev send text',
};

/** 全局错误码 and the error codes of 发送客服消息 and 获取稳定版接口调用凭据. */
const hints: Readonly<Record<string, ApiHint>> = {
  40001: refusedToken,
  40003: {
    en: 'the openid is of another account than WX_APPID: check both in the console',
    zh: 'openid 不属于 WX_APPID 对应的账号：请在后台核对',
  },
  40007: {
    en: 'the MediaId is unknown to this account, or older than 3 days: upload it again',
    zh: 'MediaId 不属于该账号，或已超过 3 天：请重新上传',
    run: 'wx-dev send text',
  },
  40013: wrongCredentials,
  40014: refusedToken,
  40125: wrongCredentials,
  40164: {
    en: 'the address this machine goes out by is not on the IP allowlist (IP白名单): add it',
    zh: '本机的出口 IP 不在 IP白名单 中：请在公众平台后台添加',
    run: 'wx-dev send text',
  },
  40243: {
    en: 'the AppSecret is frozen: thaw it in the console (开发密钥)',
    zh: 'AppSecret 已冻结：请在后台「开发密钥」解冻',
  },
  42001: refusedToken,
  43004: {
    en: 'the follower does not follow this account',
    zh: '该用户没有关注此账号',
    run: 'wx-dev send text',
  },
  45002: {
    en: 'the text is too long for one message: answer in shorter parts',
    zh: '文本超过单条消息的长度：请缩短或分段',
    run: 'wx-dev send text',
  },
  45009: waiting,
  45011: waiting,
  45015: {
    en: 'the window is closed: 48 h after a message, 1 min after a click, scan or follow',
    zh: '已超出可回复时间：用户发消息后 48 小时，点击菜单、扫码、关注后 1 分钟',
    run: 'wx-dev send text',
  },
  45047: {
    en: 'the allowance is spent: 5 per message of the follower, 3 per click, scan or follow',
    zh: '下发条数已用完：用户每发一条消息可下发 5 条，点击菜单、扫码、关注为 3 条',
    run: 'wx-dev send text',
  },
  48001: {
    en: 'this account may not use the API: it needs certification (认证), or use a test account',
    zh: '账号没有此接口的权限：需要认证，或改用测试号',
  },
  50002: {
    en: 'the account is limited: see its notices in the console',
    zh: '账号被限制：请查看后台通知',
  },
  50005: {
    en: 'the follower has left: nothing can be sent any more',
    zh: '用户已取消关注，无法再下发',
    run: 'wx-dev send text',
  },
  89503: {
    en: 'the first call from this address: the administrator must confirm it on the phone',
    zh: '此 IP 首次调用：需管理员在手机上确认',
  },
};

/** The fix for an error code of WeChat's API, with the command to run. */
export function apiHint(errcode: number, errmsg: string): Required<ApiHint> {
  const hint = hints[errcode] ?? {
    en: 'see this code in 全局返回码 of the documentation',
    zh: '请在官方文档「全局返回码」中查此代码',
  };
  // `invalid ip 1.2.3.4 ipv6 …, not in whitelist`: the one thing to copy.
  const ip = errcode === 40164 ? /invalid ip ([\d.]{7,15}|[\da-f:]{2,39})/iu.exec(errmsg) : null;
  const named = ip ? ` ${escapeText(ip[1] ?? '')}` : '';
  return {
    en: hint.en + named,
    zh: hint.zh + named,
    run: hint.run ?? settingsRun,
  };
}
