import { causeEn, causeZh } from './causes.ts';
import { defineError } from './define.ts';
import { escapeText } from './text.ts';

/** Why WeChat cannot use a URL that others can. */
export type UrlProblem =
  /** A port other than the scheme's own. */
  | 'port'
  /** The scheme's own port, written out. */
  | 'usual-port'
  /** A name or address that only this machine or network knows. */
  | 'private'
  /** No IPv4 address. */
  | 'ipv6-only';

const problemsEn: Record<UrlProblem, string> = {
  port: 'WeChat connects to 80 and 443 only: use the tunnel URL without port',
  'usual-port': 'the console was seen to refuse :80 and :443 written out: leave the port away',
  private: 'only this machine or network knows the name: WeChat needs a public one',
  'ipv6-only': 'the name has no A record: WeChat connects over IPv4',
};

const problemsZh: Record<UrlProblem, string> = {
  port: '微信只连接 80 和 443 端口：请填写不带端口的隧道地址',
  'usual-port': '有人填写带 :80 或 :443 的地址时没能通过：请去掉端口',
  private: '这个名字只在本机或内网有效：微信需要公网地址',
  'ipv6-only': '这个域名没有 A 记录：微信只走 IPv4',
};

/** 1150 to 1169: what surrounds a push – its query, its URL, and the way back to WeChat. */
export const diagnosisErrors = {
  WXD1150: defineError<{ parameter: string; seen: readonly string[] }>({
    meaning: 'a parameter of WeChat came twice, or under another spelling',
    en: {
      title: (d) => `The parameter ${d.parameter} is ambiguous`,
      body: (d) => [
        `it came as ${d.seen.map((name) => `"${escapeText(name)}"`).join(', ')}`,
        'WeChat sends each once; of two, one framework takes the first, another the last',
        'so what was verified here need not be what the app reads: refused',
      ],
      run: () => 'wx-dev explain WXD1150',
    },
    zh: {
      title: (d) => `参数 ${d.parameter} 有歧义`,
      body: (d) => [
        `收到的写法：${d.seen.map((name) => `"${escapeText(name)}"`).join('、')}`,
        '微信每个参数只发一次；重复时有的框架取第一个，有的取最后一个',
        '这里验证的不一定是应用读到的，因此拒绝',
      ],
      run: () => 'wx-dev explain WXD1150',
    },
  }),
  WXD1151: defineError<{ url: string; problem: UrlProblem }>({
    meaning: 'WeChat cannot connect to this URL, although others can (warning)',
    en: {
      title: (d) => `WeChat cannot use ${escapeText(d.url)}`,
      body: (d) => [problemsEn[d.problem]],
      run: () => 'wx-dev explain WXD1151',
    },
    zh: {
      title: (d) => `微信无法使用 ${escapeText(d.url)}`,
      body: (d) => [problemsZh[d.problem]],
      run: () => 'wx-dev explain WXD1151',
    },
  }),
  WXD1152: defineError<{ parameter: 'nonce' | 'timestamp'; length: number; limit: number }>({
    meaning: 'timestamp or nonce is longer than any of WeChat’s',
    en: {
      title: (d) => `${d.parameter} has ${d.length} characters, at most ${d.limit} are taken`,
      body: () => [
        'WeChat sends 10 digits; the signature joins its values without separators,',
        'so that a long one could take up blocks of the encrypted message',
      ],
      run: () => 'wx-dev send text hello',
    },
    zh: {
      title: (d) => `${d.parameter} 有 ${d.length} 个字符，最多接受 ${d.limit} 个`,
      body: () => [
        '微信只发 10 位数字；签名把各值直接相连，没有分隔符，',
        '过长的值可以把密文的若干块移进来',
      ],
      run: () => 'wx-dev send text 你好',
    },
  }),
  WXD1160: defineError<{ code: '40164' | '60020'; ip?: string | undefined }>({
    meaning: 'WeChat’s API refused the address of the app (warning)',
    en: {
      title: (d) => `WeChat's API refused the app: ${d.code}`,
      body: (d) => causeEn({ type: 'egress-ip', ...d }),
      run: () => 'wx-dev explain WXD1160',
    },
    zh: {
      title: (d) => `微信接口拒绝了应用：${d.code}`,
      body: (d) => causeZh({ type: 'egress-ip', ...d }),
      run: () => 'wx-dev explain WXD1160',
    },
  }),
};
