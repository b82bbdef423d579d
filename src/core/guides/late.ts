import type { Guides } from './guide.ts';

/** 2010 to 2029, 3030 to 3039: pauses of WeChat, late replies and WeChat's API. */
export const lateGuides = {
  WXD2010: {
    source: '接口报警和排查指引：MarkFail 自动屏蔽，时长约一分钟',
    en: {
      title: 'after repeated failures WeChat pauses the pushes for a while (warning)',
      about:
        'WeChat stops pushing to an account whose answers keep failing, for about a minute, and tells nobody but the alarm group. On a laptop it looks as if messages stopped coming after the bug was mended. How many failures it takes is not documented, so it is said here after three in a row, and again when pushes are back.',
      causes: [
        'late or refused answers, each delivery of a push counts',
        'the app is down or restarting',
      ],
      fix: [
        'mend the app, wait a minute, write again',
        'join the alarm group of the account (接口报警)',
      ],
    },
    zh: {
      title: '多次失败后微信会暂停推送一段时间（警告）',
      about:
        '应答接连失败时，微信会停止向该账号推送约一分钟，只通知报警群。在本地看起来就像“修好 bug 之后消息不来了”。失败几次才触发，文档没有写：wx-dev 在连续三次后提示，推送恢复时也会告知。',
      causes: ['应答超时或不被接受，每次送达都算', '应用没在运行或正在重启'],
      fix: ['修好应用，等一分钟，再发消息', '加入该账号的接口报警群'],
    },
  },
  WXD2011: {
    en: {
      title: 'a late reply has no form that the customer service API could deliver',
      about:
        'With --late-reply customer a reply that is not ready after 4.5 s goes as customer service messages. Text, image, voice, video, music and news have such a form; transfer_customer_service and unknown types have none.',
      causes: [
        'the app hands the follower over to an agent, but late',
        'the text is longer than five messages',
      ],
      fix: ['decide about a transfer at once, do the slow work afterwards', 'shorten the text'],
    },
    zh: {
      title: '迟到的回复没有对应的客服消息形式',
      about:
        '使用 --late-reply customer 时，4.5 秒后仍未给出的回复改用客服消息下发。text、image、voice、video、music、news 有对应形式；transfer_customer_service 和未知类型没有。',
      causes: ['应用要转人工客服，但太晚了', '文本超过五条消息的长度'],
      fix: ['先决定是否转人工，再做耗时的事', '缩短文本'],
    },
  },
  WXD2012: {
    source: '全局返回码；发送客服消息；获取稳定版接口调用凭据',
    en: {
      title: "WeChat's API refused the customer service message or its access_token",
      about:
        'WeChat answers errors with status 200 and an errcode. The error names what helps against the code that came; the rid in its text names the call when you ask the platform about it.',
      causes: [
        '40164: the address of this machine is not on the IP allowlist (IP白名单)',
        '45015 or 45047: the window of the follower is closed, or its allowance spent',
        '48001: the account is not certified (认证) and may not send such messages',
        '40013 or 40125: WX_APPID and WX_SECRET are not of one account',
      ],
      fix: [
        'add the address that the error names to the allowlist; mini programs need none',
        'let the follower write again: that opens the window for 48 hours and 5 messages',
        'use a test account (测试号), which has every API',
      ],
    },
    zh: {
      title: '微信接口拒绝了客服消息或其 access_token',
      about:
        '微信的接口出错时也返回 200，附带 errcode。错误里写明了对应的办法；原文中的 rid 可在后台查到该次调用。',
      causes: [
        '40164：本机 IP 不在 IP白名单 中',
        '45015、45047：已超出可回复时间，或下发条数已用完',
        '48001：账号未认证，没有客服消息权限',
        '40013、40125：WX_APPID 与 WX_SECRET 不属于同一账号',
      ],
      fix: [
        '把错误里的 IP 加入白名单；小程序不需要',
        '让用户再发一条消息：可在 48 小时内下发 5 条',
        '改用测试号，它有全部接口',
      ],
    },
  },
  WXD2013: {
    en: {
      title: 'the app gave no reply within the longer time of --late-reply',
      about:
        'With --late-reply customer the app has a minute. What comes later is dropped, because a menu click or follow allows no message after that.',
      causes: ['a model or another API that never answers', 'a promise that is never settled'],
      fix: ['give that call a limit of its own, and reply that it takes longer'],
    },
    zh: {
      title: '应用没有在 --late-reply 的更长时限内给出回复',
      about:
        '使用 --late-reply customer 时应用有一分钟。更晚的结果会被丢弃，因为点击菜单、关注之后也只允许在一分钟内下发。',
      causes: ['大模型或别的接口一直不返回', '有 Promise 始终没有结束'],
      fix: ['给这次调用设超时，并先回复“需要更久”'],
    },
  },
  WXD2014: {
    en: {
      title: 'late replies are asked for, but accounts of this kind have no customer service API',
      about:
        'Customer service messages exist for Official Accounts (公众号) and mini programs (小程序). WeCom (企业微信) and third-party platforms (第三方平台) reach people by other APIs, whose tokens are not at hand here.',
      causes: ['lateReply is set for all accounts of a project'],
      fix: [
        'set lateReply to off for this account',
        'answer at once, and send with the API of that platform',
      ],
    },
    zh: {
      title: '要求补发回复，但此类账号没有客服消息接口',
      about:
        '客服消息只适用于公众号和小程序。企业微信、第三方平台要用各自的接口和凭据，wx-dev 没有这些凭据。',
      causes: ['项目里所有账号都设置了 lateReply'],
      fix: ['对该账号把 lateReply 设为 off', '先立即应答，再用该平台的接口下发'],
    },
  },
  WXD3030: {
    en: {
      title: "WeChat's API cannot be reached",
      about:
        'Late replies need api.weixin.qq.com, or what WX_API_BASE names. There was no connection, or no complete answer within 10 s.',
      causes: ['no network, or a firewall', 'WX_API_BASE names a place where nothing listens'],
      fix: [
        'open the URL of the error with curl',
        'take WX_API_BASE out of .env to use the real API',
      ],
    },
    zh: {
      title: '连不上微信接口',
      about:
        '补发回复要访问 api.weixin.qq.com，或 WX_API_BASE 所指的地址。连接不上，或 10 秒内没有完整应答。',
      causes: ['没有网络，或有防火墙', 'WX_API_BASE 指向的地方没有服务'],
      fix: ['用 curl 访问错误中的地址', '从 .env 中去掉 WX_API_BASE 以使用真实接口'],
    },
  },
  WXD3031: {
    en: {
      title: "WeChat's API answered something else than its JSON",
      about:
        'Whatever answered is not WeChat: its API says everything in JSON, errors too, with status 200.',
      causes: ['WX_API_BASE names another server', 'a proxy or login page answers in its place'],
      fix: ['open the URL of the error with curl and see who answers'],
    },
    zh: {
      title: '微信接口返回的不是 JSON',
      about: '作答的不是微信：微信接口的一切结果，包括错误，都是状态 200 的 JSON。',
      causes: ['WX_API_BASE 指向了别的服务', '代理或登录页代为作答'],
      fix: ['用 curl 访问错误中的地址，看看是谁在应答'],
    },
  },
} satisfies Guides;
