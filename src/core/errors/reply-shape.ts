import { followerSees, followerSeesZh } from './answers.ts';
import { defineError } from './define.ts';
import { escapeText } from './text.ts';

const again = (): string => 'wx-dev send text';

/** How CDATA or text of a reply was written wrongly. */
export type MarkupMistake =
  /** `< ![CDATA[`, as some blogs print it. */
  | 'spaced-cdata'
  /** `]]>` inside CDATA. */
  | 'unsplit-cdata'
  /** A bare `&` or `<` in text. */
  | 'unescaped';

const mistakesEn: Record<MarkupMistake, string> = {
  'spaced-cdata': '"< ![CDATA[" comes from blogs that print a space: write "<![CDATA["',
  'unsplit-cdata': '"]]>" ends CDATA: split it in text, as "]]]]><![CDATA[>"',
  unescaped: 'a bare & or < stands in text: put the text in <![CDATA[…]]>',
};

const mistakesZh: Record<MarkupMistake, string> = {
  'spaced-cdata': '"< ![CDATA[" 是某些博客排版多出的空格：应写作 "<![CDATA["',
  'unsplit-cdata': '"]]>" 会结束 CDATA：文本里请拆成 "]]]]><![CDATA[>"',
  unescaped: '文本里有裸露的 & 或 <：请放进 <![CDATA[…]]>',
};

/** 2129 to 2149: what came in the place of a reply, and how it was written. */
export const replyShapeErrors = {
  WXD2129: defineError<{ status: number; by?: string | undefined }>({
    meaning: 'a page of the tunnel came instead of the answer of the app',
    en: {
      title: (d) => `The public URL answered ${d.status} text/html, not your server`,
      body: (d) => [
        `this tunnel inserts a page for browsers: ${escapeText(d.by ?? 'an interstitial')}`,
        'WeChat calls itself Mozilla/4.0, and can neither click nor add a header to pass it',
        'use a tunnel without such a page; the one of wx-dev has none',
      ],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: (d) => `公网地址返回了 ${d.status} text/html，不是你的服务`,
      body: (d) => [
        `这条隧道会给浏览器插入提示页：${escapeText(d.by ?? '提示页')}`,
        '微信的 User-Agent 是 Mozilla/4.0，既不能点击，也不能加请求头绕过',
        '请换用没有提示页的隧道；wx-dev 自带的隧道没有',
      ],
      run: () => 'wx-dev dev',
    },
  }),
  WXD2130: defineError<{ start: string }>({
    meaning: 'the reply XML is in quotes: a JSON string',
    en: {
      title: () => 'The reply XML is in quotes',
      body: (d) => [
        `the body starts with ${escapeText(d.start)}`,
        'the framework made a JSON string of it: send the text itself, as text/xml',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '回复 XML 被加了引号',
      body: (d) => [
        `内容开头是 ${escapeText(d.start)}`,
        '框架把它转成了 JSON 字符串：请以 text/xml 直接返回文本',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2131: defineError<{ start: string }>({
    meaning: 'the reply XML is escaped for HTML',
    en: {
      title: () => 'The reply XML is escaped for HTML',
      body: (d) => [
        `the body starts with "${escapeText(d.start)}"`,
        'a template engine wrote &lt; for <: switch its escaping off for this reply',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '回复 XML 被转义成了 HTML',
      body: (d) => [
        `内容开头是 "${escapeText(d.start)}"`,
        '模板引擎把 < 写成了 &lt;：请对这个回复关闭转义',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2132: defineError<{ mistake: MarkupMistake; line: number; column: number }>({
    meaning: 'CDATA or special characters of the reply are written wrongly',
    en: {
      title: () => 'The reply is malformed XML',
      body: (d) => [`line ${d.line}, column ${d.column}`, mistakesEn[d.mistake], followerSees],
      run: again,
    },
    zh: {
      title: () => '回复的 XML 格式错误',
      body: (d) => [`第 ${d.line} 行第 ${d.column} 列`, mistakesZh[d.mistake], followerSeesZh],
      run: again,
    },
  }),
  WXD2133: defineError<{ root: string }>({
    meaning: 'the root of the reply is not <xml>',
    en: {
      title: (d) => `The root of the reply is <${escapeText(d.root)}>`,
      body: () => ['expected <xml>, in lower case, without a namespace', followerSees],
      run: again,
    },
    zh: {
      title: (d) => `回复的根元素是 <${escapeText(d.root)}>`,
      body: () => ['应为小写的 <xml>，不带命名空间', followerSeesZh],
      run: again,
    },
  }),
  WXD2134: defineError<Record<string, never>>({
    meaning: 'the reply is XML although the account uses JSON (warning)',
    en: {
      title: () => 'The reply is XML, the push was JSON',
      body: () => ['WeChat documents replies in the data format that the console is set to'],
      run: () => 'wx-dev send text --format json',
    },
    zh: {
      title: () => '推送是 JSON，回复却是 XML',
      body: () => ['按微信文档，回复应使用后台所选的数据格式'],
      run: () => 'wx-dev send text --format json',
    },
  }),
  WXD2135: defineError<{ padding: number }>({
    meaning: 'the app failed on a push that 16-byte unpadding cannot read (warning)',
    en: {
      title: (d) => `The padding byte of this push is ${d.padding} (> 16)`,
      body: () => [
        'where shorter or longer messages pass, this is why: unpad with block size 32',
        'switch the auto-padding of the cipher off and strip 1 to 32 bytes yourself',
      ],
      run: () => 'wx-dev send text --mode safe',
    },
    zh: {
      title: (d) => `这次推送的填充字节是 ${d.padding}（> 16）`,
      body: () => [
        '如果别的长度的消息能通过，原因就在这里：应按 32 字节块去填充',
        '请关闭加密库的自动填充，自己去掉 1 到 32 个字节',
      ],
      run: () => 'wx-dev send text --mode safe',
    },
  }),
};
