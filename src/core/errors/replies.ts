import { followerSees, followerSeesZh } from './answers.ts';
import { defineError, say, type Words } from './define.ts';
import { signatureHintsEn, signatureHintsZh, type SignatureHint } from './hints.ts';
import { escapeText, mask } from './text.ts';

const again = (): string => 'wx-dev send text';

/** How an address of a reply came to be wrong. */
export type AddressMistake =
  /** The name of the push in the same field: the two were not swapped. */
  | 'not-swapped'
  /** An AppId, `wx…`, where the original id `gh_…` belongs. */
  | 'app-id'
  /** Right, but for white space. */
  | 'white-space'
  | 'other';

const addressesEn: Record<AddressMistake, string> = {
  'not-swapped': 'the names of the push were not swapped: to the openid, from the gh_… id',
  'app-id': 'this is an AppId: take the gh_… id, which is ToUserName of the push',
  'white-space': 'there is white space around it: write the value without',
  other: 'swap the two names of the push: to the openid, from the gh_… id (not the AppId)',
};

const addressesZh: Record<AddressMistake, string> = {
  'not-swapped': '推送里的两个名字没有对调：应发给 openid，来自 gh_… 原始 ID',
  'app-id': '这是 AppID：应填 gh_… 原始 ID，即推送里的 ToUserName',
  'white-space': '值的前后有空白：请去掉',
  other: '把推送里的两个名字对调：发给 openid，来自 gh_… 原始 ID（不是 AppID）',
};

/** Where a field stands that is missing at its place. */
export type FieldPlace =
  /** Directly below `<xml>`. */
  | 'outside'
  /** At its place, under a name in other capitals. */
  | 'capitals'
  /** It is there, but empty. */
  | 'empty';

const placesEn: Record<FieldPlace, (field: string) => string> = {
  outside: (field) => `it stands directly below <xml>: nest it, as ${nest(field)}`,
  capitals: (field) => `there is one in other capitals: write ${lastOf(field)}`,
  empty: () => 'it is there, but empty',
};

const placesZh: Record<FieldPlace, (field: string) => string> = {
  outside: (field) => `它直接放在了 <xml> 下：应嵌套为 ${nest(field)}`,
  capitals: (field) => `有一个大小写不同的：应写作 ${lastOf(field)}`,
  empty: () => '有这个字段，但内容为空',
};

/** `Image.MediaId` as tags. */
function nest(field: string): string {
  const names = field.split('.');
  return `${names.map((name) => `<${name}>`).join('')}…`;
}

function lastOf(field: string): string {
  return field.split('.').at(-1) ?? field;
}
const encryptedAgain = (): string => 'wx-dev send text --mode safe';

/** 2xxx: what is in a reply, and its envelope. */
export const replyErrors = {
  WXD2107: defineError<Record<string, never>>({
    meaning: 'the reply has an <xml> inside <xml>',
    en: {
      title: () => 'The reply has <xml> inside <xml>',
      body: () => [
        'expected one <xml>: the framework adds one, or it was wrapped twice',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '回复里 <xml> 套了 <xml>',
      body: () => ['只应有一层 <xml>：框架已经加过，或被包了两次', followerSeesZh],
      run: again,
    },
  }),
  WXD2108: defineError<Record<string, never>>({
    meaning: 'a text reply has no content',
    en: {
      title: () => 'The text reply is empty',
      body: () => [
        'to say nothing, answer "success" or an empty body, not an empty Content',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '文本回复的内容为空',
      body: () => ['不想回复时返回 success 或空内容，不要返回空的 Content', followerSeesZh],
      run: again,
    },
  }),
  WXD2109: defineError<{
    field: 'ToUserName' | 'FromUserName';
    received: string;
    expected: string;
    mistake?: AddressMistake | undefined;
  }>({
    meaning: 'the addresses of the reply are not those of the push, swapped',
    en: {
      title: (d) => `Wrong ${d.field} in the reply`,
      body: (d) => [
        `received "${escapeText(d.received)}", expected "${escapeText(d.expected)}"`,
        addressesEn[d.mistake ?? 'other'],
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 不对`,
      body: (d) => [
        `收到 "${escapeText(d.received)}"，应为 "${escapeText(d.expected)}"`,
        addressesZh[d.mistake ?? 'other'],
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2110: defineError<Record<string, never>>({
    meaning: 'the reply is not encrypted although the account is in safe mode',
    en: {
      title: () => 'The reply is not encrypted',
      body: () => [
        'in safe mode a reply is encrypted; only "success" and nothing are not',
        followerSees,
      ],
      run: () => 'wx-dev send text --mode safe',
    },
    zh: {
      title: () => '回复没有加密',
      body: () => ['安全模式下回复必须加密，只有 success 和空内容例外', followerSeesZh],
      run: () => 'wx-dev send text --mode safe',
    },
  }),
  WXD2113: defineError<{ type: string; field: string; place?: FieldPlace | undefined }>({
    meaning: 'a reply lacks a field',
    en: {
      title: (d) => `The ${escapeText(d.type)} reply lacks ${d.field}`,
      body: (d) => [
        d.place === undefined
          ? `${d.field} is missing or empty, or not nested where WeChat expects it`
          : placesEn[d.place](d.field),
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `${escapeText(d.type)} 回复缺少 ${d.field}`,
      body: (d) => [
        d.place === undefined
          ? `${d.field} 缺失、为空，或没有放在微信要求的层级里`
          : placesZh[d.place](d.field),
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2114: defineError<{ count: number; limit: number }>({
    meaning: 'a news reply has no article or too many',
    en: {
      title: (d) => `The news reply has ${d.count} articles`,
      body: (d) => [
        `expected 1${d.limit === 1 ? '' : ` to ${d.limit}`}`,
        'since 2018 the answer to a message carries one article, to a menu click or follow eight',
      ],
      run: again,
    },
    zh: {
      title: (d) => `图文回复有 ${d.count} 篇文章`,
      body: (d) => [
        `应为 1${d.limit === 1 ? '' : ` 到 ${d.limit}`} 篇`,
        '2018 年起回复消息只能带一篇，回复菜单点击或关注可带八篇',
      ],
      run: again,
    },
  }),
  WXD2116: defineError<{
    received: string;
    computed: string;
    hint?: SignatureHint | 'query-values' | undefined;
  }>({
    meaning: 'the signature of an encrypted reply does not match',
    en: {
      title: () => 'The MsgSignature of the reply does not match',
      body: (d) => [
        `received ${mask(d.received)}, expected ${mask(d.computed)}`,
        d.hint === 'query-values'
          ? 'it covers timestamp and nonce of the query: take TimeStamp and Nonce of the reply'
          : d.hint === undefined
            ? 'sha1 over Token, TimeStamp, Nonce and Encrypt of the reply, sorted as text'
            : signatureHintsEn[d.hint],
      ],
      run: encryptedAgain,
    },
    zh: {
      title: () => '回复的 MsgSignature 不匹配',
      body: (d) => [
        `收到 ${mask(d.received)}，应为 ${mask(d.computed)}`,
        d.hint === 'query-values'
          ? '它用的是查询串里的 timestamp 和 nonce：应用回复里的 TimeStamp 和 Nonce'
          : d.hint === undefined
            ? '应对 Token 和回复中的 TimeStamp、Nonce、Encrypt 按文本排序后取 sha1'
            : signatureHintsZh[d.hint],
      ],
      run: encryptedAgain,
    },
  }),
  WXD2117: defineError<{
    problem: string;
    problemZh: string;
    /** The message ends before its end, as when its length was counted in characters. */
    countsCharacters?: boolean | undefined;
  }>({
    meaning: 'an encrypted reply cannot be decrypted',
    en: {
      title: () => 'The encrypted reply cannot be decrypted',
      body: (d) => [
        d.problem,
        ...(d.countsCharacters === true
          ? ['count the length of the message in bytes of UTF-8, not in characters']
          : []),
        followerSees,
      ],
      run: encryptedAgain,
    },
    zh: {
      title: () => '加密的回复无法解密',
      body: (d) => [
        d.problemZh,
        ...(d.countsCharacters === true ? ['消息长度应按 UTF-8 字节计算，不是字符数'] : []),
        followerSeesZh,
      ],
      run: encryptedAgain,
    },
  }),
  WXD2118: defineError<{ field: 'TimeStamp' | 'CreateTime'; received: string }>({
    meaning: 'a time of the reply is in milliseconds (warning)',
    en: {
      title: (d) => `${d.field} of the reply is in milliseconds`,
      body: (d) => [`received ${escapeText(d.received)}, expected seconds: ten digits`],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 用了毫秒`,
      body: (d) => [`收到 ${escapeText(d.received)}，应为秒：十位数字`],
      run: again,
    },
  }),
  WXD2119: defineError<{ problem: string; problemZh: string }>({
    meaning: 'the reply is malformed XML or JSON',
    en: {
      title: () => 'The reply is malformed',
      body: (d) => [d.problem, followerSees],
      run: again,
    },
    zh: {
      title: () => '回复格式错误',
      body: (d) => [d.problemZh, followerSeesZh],
      run: again,
    },
  }),
  WXD2120: defineError<{ received: string }>({
    meaning: 'the reply has a MsgType WeChat does not know',
    en: {
      title: (d) => `Unknown MsgType "${escapeText(d.received)}" in the reply`,
      body: () => [
        'expected text, image, voice, video, music, news or transfer_customer_service',
        'mind spaces around the value',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复的 MsgType "${escapeText(d.received)}" 未知`,
      body: () => [
        '应为 text、image、voice、video、music、news 或 transfer_customer_service',
        '注意值的前后不能有空格',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2121: defineError<{ received: string; count: number }>({
    meaning: 'ArticleCount is not the number of articles',
    en: {
      title: () => 'ArticleCount is not the number of articles',
      body: (d) => [
        `ArticleCount is "${escapeText(d.received)}", ${d.count} <item> came`,
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => 'ArticleCount 与文章数不符',
      body: (d) => [
        `ArticleCount 是 "${escapeText(d.received)}"，实际有 ${d.count} 个 <item>`,
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2122: defineError<{ sizeBytes: number; limitBytes: number }>({
    meaning: 'a text reply is longer than WeChat is known to show (warning)',
    en: {
      title: (d) => `Long text reply: ${d.sizeBytes} bytes`,
      body: (d) => [
        `more than ${d.limitBytes} bytes of UTF-8 may be cut or fail: send several messages`,
      ],
      run: again,
    },
    zh: {
      title: (d) => `文本回复过长：${d.sizeBytes} 字节`,
      body: (d) => [`超过 ${d.limitBytes} 字节（UTF-8）可能被截断或失败：请分多条发送`],
      run: again,
    },
  }),
  WXD2123: defineError<{ bytes: number }>({
    meaning: 'an encrypted reply is padded to 16 bytes instead of 32 (warning)',
    en: {
      title: () => 'The encrypted reply is padded to 16 bytes',
      body: (d) => [
        `the decrypted reply has ${d.bytes} bytes, which is no multiple of 32`,
        'WeChat pads to 32: unpadding with 16 fails for about half of all messages',
      ],
      run: encryptedAgain,
    },
    zh: {
      title: () => '加密回复按 16 字节填充',
      body: (d) => [
        `解密后有 ${d.bytes} 字节，不是 32 的倍数`,
        '微信按 32 字节填充：用 16 字节去填充会有约一半消息失败',
      ],
      run: encryptedAgain,
    },
  }),
  WXD2124: defineError<{ field: string; received: string; expected: Words }>({
    meaning: 'a field of the reply has a value WeChat does not accept',
    en: {
      title: (d) => `Invalid ${d.field} in the reply`,
      body: (d) => [
        `received "${escapeText(d.received)}", expected ${say(d.expected, 'en')}`,
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 无效`,
      body: (d) => [
        `收到 "${escapeText(d.received)}"，应为 ${say(d.expected, 'zh')}`,
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2125: defineError<Record<string, never>>({
    meaning: 'the reply is encrypted although the push was not',
    en: {
      title: () => 'The reply is encrypted, the push was not',
      body: () => ['answer a push without encrypt_type=aes with plain XML', followerSees],
      run: again,
    },
    zh: {
      title: () => '推送未加密，回复却加密了',
      body: () => ['没有 encrypt_type=aes 的推送应以明文 XML 回复', followerSeesZh],
      run: again,
    },
  }),
  WXD2126: defineError<{ event: string; expected: string; received: string }>({
    meaning: 'the event asks for an answer of its own, which did not come',
    en: {
      title: (d) => `The event ${escapeText(d.event)} asks for another answer`,
      body: (d) => [
        `received "${escapeText(d.received)}", expected ${d.expected}`,
        'WeChat repeats the event until then',
      ],
      run: again,
    },
    zh: {
      title: (d) => `事件 ${escapeText(d.event)} 需要专门的回复`,
      body: (d) => [
        `收到 "${escapeText(d.received)}"，应为 ${d.expected}`,
        '在此之前微信会一直重试',
      ],
      run: again,
    },
  }),
  WXD2127: defineError<Record<string, never>>({
    meaning: '"success" was encrypted (warning)',
    en: {
      title: () => '"success" came encrypted',
      body: () => ['answer the bare text success, in safe mode too'],
      run: encryptedAgain,
    },
    zh: {
      title: () => 'success 被加密了',
      body: () => ['安全模式下也直接返回 success，不要加密'],
      run: encryptedAgain,
    },
  }),
  WXD2128: defineError<Record<string, never>>({
    meaning: 'a reply to an unsubscribe event reaches nobody (warning)',
    en: {
      title: () => 'A reply to unsubscribe reaches nobody',
      body: () => ['the follower has left: answer "success"'],
      run: again,
    },
    zh: {
      title: () => '取消关注后的回复无人收到',
      body: () => ['用户已离开：返回 success 即可'],
      run: again,
    },
  }),
};
