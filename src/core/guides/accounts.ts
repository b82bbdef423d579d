import type { Guides } from './guide.ts';

/** Long forms of what goes wrong with payment notifications and with several accounts. */
export const accountGuides = {
  WXD1121: {
    en: {
      title: 'the signature of a payment notification does not match',
      about:
        'WeChat Pay signs timestamp, nonce and the raw body, each followed by a line feed, with SHA-256 and RSA. One changed byte is another signature.',
      see: 'the log of serve or dev says which mistake gives the signature that came, where one does',
      causes: [
        'the body was parsed and written again before it was verified: other spaces, other order, escaped Chinese',
        'the last line feed of the signed text is missing',
        'a proxy or framework changed the body or its line ends',
        'somebody else than WeChat Pay sent it',
      ],
      fix: [
        'keep the raw bytes: express.raw, request.body in Flask, io.ReadAll before any binding',
        'build the text as timestamp, line feed, nonce, line feed, body, line feed',
        'answer 4xx or 5xx, and let WeChat Pay send it again',
      ],
    },
    zh: {
      title: '支付通知验签失败',
      about:
        '微信支付用 SHA-256 和 RSA 对时间戳、随机串、原始请求体签名，每项后面各有一个换行。改动一个字节，签名就不同。',
      see: 'serve 或 dev 的日志会指出哪种错误恰好得到收到的签名',
      causes: [
        '验签前解析并重新序列化了请求体：空格、顺序、中文转义都会改变字节',
        '待签名文本末尾少了换行',
        '代理或框架改动了内容或换行符',
        '不是微信支付发来的',
      ],
      fix: [
        '保留原始字节：express.raw、Flask 的 request.data、绑定前先 io.ReadAll',
        '待签名文本为：时间戳、换行、随机串、换行、请求体、换行',
        '返回 4xx 或 5xx，让微信支付重发',
      ],
    },
  },
  WXD1122: {
    en: {
      title: 'WeChat Pay probed with a wrong signature whether the app verifies',
      about:
        'Now and then WeChat Pay sends a real notification whose signature begins with WECHATPAY/SIGNTEST/ and is wrong on purpose. It is no attack.',
      causes: [
        'WeChat Pay tests whether notifications are verified',
        'serve and dev send the same when they start',
      ],
      fix: [
        'refuse it like any other wrong signature, with 4xx or 5xx; do not look for the prefix',
        'the same notification follows with the right signature',
      ],
    },
    zh: {
      title: '微信支付用错误签名探测应用是否验签',
      about:
        '微信支付偶尔会发来签名以 WECHATPAY/SIGNTEST/ 开头的真实通知，签名故意是错的。这不是攻击。',
      causes: ['微信支付在检查商户是否验签', 'serve 和 dev 启动时也会发送同样的探测'],
      fix: [
        '像其他错误签名一样拒绝，返回 4xx 或 5xx；不要识别这个前缀',
        '随后会收到签名正确的同一通知',
      ],
    },
  },
  WXD1123: {
    en: {
      title: 'a payment notification is signed with a key that is not known',
      about:
        'Wechatpay-Serial names the key that signed: the serial of a platform certificate, or the id of a WeChat Pay public key, PUB_KEY_ID_ and digits.',
      see: 'openssl x509 -noout -serial -in your.pem prints the serial of a certificate you have',
      causes: [
        'your own merchant certificate is configured; its key signs your requests, not their notifications',
        'WeChat Pay has changed its platform certificate, or you moved to public keys',
        'the id of the public key is not set, or is that of another merchant',
        'a test was signed by wx-dev, whose public key the app does not know',
      ],
      fix: [
        'download the platform certificate, or take the WeChat Pay public key and its id from the merchant platform',
        'keep both keys while they change: the serial says which one to use',
        'for tests, give the app the key that the banner of wx-dev dev names',
      ],
    },
    zh: {
      title: '支付通知由未知的密钥签名',
      about:
        'Wechatpay-Serial 指出签名所用的密钥：平台证书的序列号，或微信支付公钥 ID（PUB_KEY_ID_ 加数字）。',
      see: 'openssl x509 -noout -serial -in your.pem 可查看证书的序列号',
      causes: [
        '误用了自己的商户证书；它用于签自己的请求，不能验微信支付的通知',
        '微信支付更换了平台证书，或已切换为公钥模式',
        '没有设置公钥 ID，或填了别的商户的 ID',
        '测试通知由 wx-dev 签名，而应用不认识它的公钥',
      ],
      fix: [
        '下载平台证书，或在商户平台取得微信支付公钥及其 ID',
        '更换期间同时保留两把密钥，由序列号决定用哪一把',
        '测试时，把 wx-dev dev 启动信息中的公钥配给应用',
      ],
    },
  },
  WXD1127: {
    en: {
      title: 'the resource of a payment notification does not decrypt',
      about:
        'The resource is AES-256-GCM: the key is the APIv3 key as 32 characters, the nonce has 12, and the last 16 bytes of the cipher text are the tag.',
      causes: [
        'the APIv3 key is that of another merchant, or an old one',
        'the key was decoded from hex or base64: its characters are the bytes',
        'associated_data was left out or changed; empty is a value too',
        'the tag was not cut from the end of the cipher text',
      ],
      fix: [
        'copy or set the APIv3 key anew in the merchant platform',
        'pass nonce and associated_data on exactly as they came',
      ],
    },
    zh: {
      title: '支付通知的 resource 解密失败',
      about:
        'resource 采用 AES-256-GCM：密钥是 APIv3 密钥的 32 个字符，nonce 为 12 个字符，密文最后 16 字节是校验标签。',
      causes: [
        'APIv3 密钥属于另一个商户，或是旧密钥',
        '把密钥当作 hex 或 base64 解码了：字符本身就是字节',
        'associated_data 被省略或改动；空字符串也是值',
        '没有把末尾 16 字节作为标签切出',
      ],
      fix: ['在商户平台重新复制或设置 APIv3 密钥', 'nonce 和 associated_data 按原样传入'],
    },
  },
  WXD1230: {
    en: {
      title: 'the answer to a payment notification is not what WeChat Pay expects',
      about:
        'Status 200 or 204 means received. Anything else, and anything later than 5 s, makes WeChat Pay send it again: 15 times within 24 hours.',
      causes: [
        'the handler failed before it answered',
        'a login, a redirect or a CSRF filter stands before the route',
        'the path is another one: notify_url is given with each order',
        'the order was already paid, and the handler took that for an error',
      ],
      fix: [
        'answer 204 as soon as the notification is stored, and work on it later',
        'give the route no login, no redirect and no CSRF filter',
        'answer 204 again for an id that was handled before',
      ],
    },
    zh: {
      title: '对支付通知的回答不符合微信支付的要求',
      about:
        '状态码 200 或 204 表示已收到。其他状态，或超过 5 秒，微信支付都会重发：24 小时内共 15 次。',
      causes: [
        '处理程序在回答之前出错',
        '路由前有登录校验、重定向或 CSRF 过滤',
        '路径不对：notify_url 是每次下单时传入的',
        '订单此前已支付，处理程序把它当成了错误',
      ],
      fix: [
        '保存通知后立即返回 204，之后再处理',
        '该路由不要登录校验、重定向和 CSRF 过滤',
        '同一 id 已处理过时仍返回 204',
      ],
    },
  },
  WXD6030: {
    en: {
      title: 'the account that was asked for does not exist, or none was chosen',
      about:
        'A config file may hold several accounts under "accounts". A command works for one of them: the one that --account, WX_DEV_ACCOUNT or "account" names.',
      causes: [
        'the name is mistyped; an AppId, CorpId or merchant id works too',
        'there are several accounts, and nothing says which one is meant',
        'the command runs in another folder than the config file',
      ],
      fix: [
        'add --account and one of the names that the error lists',
        'put "account": "name" into the config file for the usual one',
      ],
    },
    zh: {
      title: '指定的账号不存在，或没有指定账号',
      about:
        '配置文件可以在 "accounts" 下写多个账号。每条命令只用其中一个，由 --account、WX_DEV_ACCOUNT 或 "account" 指定。',
      causes: [
        '账号名写错了；也可以用 AppId、CorpId 或商户号',
        '有多个账号，但没有指定用哪一个',
        '命令不是在配置文件所在的目录运行的',
      ],
      fix: [
        '加上 --account 和错误信息中列出的账号名',
        '在配置文件中写 "account": "账号名" 作为默认',
      ],
    },
  },
  WXD6031: {
    en: {
      title: 'an account of this kind needs a setting that is missing',
      about:
        'What a kind needs is listed in docs/accounts.md. Secrets of a named account come from variables with its name behind: WX_PAY_API_V3_KEY_SHOP for shop.',
      causes: [
        'the setting is not there yet',
        'it is set for another account, or without the name of this one behind it',
        'the kind is another one than the account really is',
      ],
      fix: [
        'set the variable that the error names, in .env or the environment',
        'write ids into the entry of the account; keep secrets out of it',
      ],
    },
    zh: {
      title: '该类型的账号缺少必需的设置',
      about:
        '各类型需要的设置见 docs/accounts.md。命名账号的密钥来自末尾带账号名的变量：shop 的是 WX_PAY_API_V3_KEY_SHOP。',
      causes: [
        '还没有设置',
        '设置给了另一个账号，或变量末尾没有该账号名',
        'kind 与账号的实际类型不符',
      ],
      fix: [
        '在 .env 或环境变量中设置错误信息指出的变量',
        'ID 可以写进账号的配置项，密钥不要写进去',
      ],
    },
  },
} satisfies Guides;
