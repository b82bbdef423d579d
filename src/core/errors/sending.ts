import { defineError, quoteForShell, say, type Words } from './define.ts';
import { escapeText } from './text.ts';

/** What was forged, and what became of it. */
export interface Forged {
  readonly tamper: string;
  readonly status: number;
  readonly isPayment?: boolean | undefined;
}

const forgeAgain = ({ tamper, isPayment }: Forged): string =>
  isPayment === true
    ? `wx-dev send pay.success --tamper ${tamper} -v`
    : `wx-dev send text hi --tamper ${tamper} -v`;

const payCheckEn: Readonly<Record<string, string>> = {
  signature: 'verify it over timestamp, nonce and the raw body before anything else; of v2, sign',
  timestamp: 'the signature covers the timestamp: verify it over all three lines',
  cipher: 'let the decryption check the tag: of AES-256-GCM call final(), which throws',
};

const payCheckZh: Readonly<Record<string, string>> = {
  signature: '先对 timestamp、nonce 和原始请求体验签，再做其他事；v2 校验 sign',
  timestamp: '签名包含时间戳：请对三行内容一起验签',
  cipher: '解密时要校验 tag：AES-256-GCM 应调用 final()，不符会抛错',
};

/** 604x and 605x: what `send` was asked to send, and scenarios. */
export const sendingErrors = {
  WXD6040: defineError<{ path: string }>({
    meaning: 'a path names no field that could be set',
    en: {
      title: (d) => `No field can be set at "${escapeText(d.path)}"`,
      body: () => ['expected names joined by dots, such as Content or ScanCodeInfo.ScanResult'],
      run: () => 'wx-dev send text --set Content=hi --dry-run',
    },
    zh: {
      title: (d) => `"${escapeText(d.path)}" 不是可设置的字段路径`,
      body: () => ['应为用点连接的字段名，如 Content 或 ScanCodeInfo.ScanResult'],
      run: () => 'wx-dev send text --set Content=hi --dry-run',
    },
  }),
  WXD6041: defineError<{ kind: string; content: string; wanted: 'nothing' | 'place' }>({
    meaning: 'what stands after the name of a push does not fit it',
    en: {
      title: (d) => `${escapeText(d.kind)} does not take "${escapeText(d.content)}"`,
      body: (d) => [
        d.wanted === 'place'
          ? 'expected latitude and longitude: 39.9,116.4'
          : 'this push has no main field; set any field with --set Name=value',
      ],
      run: (d) => `wx-dev send ${quoteForShell(escapeText(d.kind))} --dry-run`,
    },
    zh: {
      title: (d) => `${escapeText(d.kind)} 不接受 "${escapeText(d.content)}"`,
      body: (d) => [
        d.wanted === 'place'
          ? '应为纬度和经度：39.9,116.4'
          : '该推送没有主字段，可用 --set 字段=值 设置任意字段',
      ],
      run: (d) => `wx-dev send ${quoteForShell(escapeText(d.kind))} --dry-run`,
    },
  }),
  WXD6042: defineError<{ editor: string; reason: Words }>({
    meaning: 'the editor that --edit opens cannot be used',
    en: {
      title: (d) => `Cannot edit with "${escapeText(d.editor)}"`,
      body: (d) => [say(d.reason, 'en'), 'VISUAL names the editor, else EDITOR'],
      run: () => 'wx-dev send text hi --dry-run --print xml',
    },
    zh: {
      title: (d) => `无法用 "${escapeText(d.editor)}" 编辑`,
      body: (d) => [say(d.reason, 'zh'), '编辑器取自 VISUAL，其次 EDITOR'],
      run: () => 'wx-dev send text hi --dry-run --print xml',
    },
  }),
  WXD6043: defineError<{ text: string }>({
    meaning: 'an expectation cannot be understood',
    en: {
      title: (d) => `Cannot understand the expectation "${escapeText(d.text)}"`,
      body: () => [
        'expected a name, one of = != ~= < <= > >=, and a value:',
        'status=200, reply.type=text, reply.Content~=hello, ms<3000',
      ],
      run: () => 'wx-dev send text hi --expect status=200',
    },
    zh: {
      title: (d) => `无法理解期望 "${escapeText(d.text)}"`,
      body: () => [
        '应为名称、= != ~= < <= > >= 之一和值：',
        'status=200、reply.type=text、reply.Content~=你好、ms<3000',
      ],
      run: () => 'wx-dev send text 你好 --expect status=200',
    },
  }),
  WXD6044: defineError<{ expected: string; seen: string }>({
    meaning: 'an expectation is not met',
    en: {
      title: (d) => `Expected ${escapeText(d.expected)}`,
      body: (d) => [`seen ${escapeText(d.seen)}`],
      run: () => 'wx-dev explain WXD6044',
    },
    zh: {
      title: (d) => `期望 ${escapeText(d.expected)}`,
      body: (d) => [`实际 ${escapeText(d.seen)}`],
      run: () => 'wx-dev explain WXD6044',
    },
  }),
  WXD6045: defineError<{ path: string; line?: number | undefined; reason: Words }>({
    meaning: 'a scenario file cannot be understood',
    en: {
      title: (d) => `Cannot run the scenario ${place(d)}`,
      body: (d) => [say(d.reason, 'en')],
      run: (d) => checkAgain(d),
    },
    zh: {
      title: (d) => `无法运行场景 ${place(d)}`,
      body: (d) => [say(d.reason, 'zh')],
      run: (d) => checkAgain(d),
    },
  }),
  WXD6046: defineError<{ name: string; path: string; line?: number | undefined; known: string[] }>({
    meaning: 'a scenario uses a value that nothing has saved',
    en: {
      title: (d) => `Nothing has saved the value "${escapeText(d.name)}" (${place(d)})`,
      body: (d) => [
        d.name.startsWith('env:')
          ? 'this environment variable is not set: export it first'
          : `saved so far: ${d.known.join(', ') || 'nothing'}`,
      ],
      run: (d) => checkAgain(d),
    },
    zh: {
      title: (d) => `没有保存过值 "${escapeText(d.name)}"（${place(d)}）`,
      body: (d) => [
        d.name.startsWith('env:')
          ? '该环境变量未设置，请先 export'
          : `目前已保存：${d.known.join('、') || '无'}`,
      ],
      run: (d) => checkAgain(d),
    },
  }),
  WXD6047: defineError<{ chain: readonly string[]; path: string; line?: number | undefined }>({
    meaning: 'values of a scenario refer to each other in a circle, or grow without end',
    en: {
      title: (d) => `The value "${escapeText(d.chain[0] ?? '')}" never ends (${place(d)})`,
      body: (d) => [
        `it leads to ${d.chain.map(escapeText).join(' -> ')}`,
        'a value may refer to others, but not back to itself, and holds 64 KB at most',
      ],
      run: (d) => checkAgain(d),
    },
    zh: {
      title: (d) => `值 "${escapeText(d.chain[0] ?? '')}" 没有尽头（${place(d)}）`,
      body: (d) => [
        `引用路径：${d.chain.map(escapeText).join(' -> ')}`,
        '值可以引用其他值，但不能引用自身，且最多 64 KB',
      ],
      run: (d) => checkAgain(d),
    },
  }),
  WXD6048: defineError<{ tamper: string; mode: string }>({
    meaning: 'a way to break a push needs encryption',
    en: {
      title: (d) => `--tamper ${d.tamper} needs an encrypted push`,
      body: (d) => [
        `this push goes out in ${d.mode} mode, without encryption`,
        'signature and timestamp can be broken in every mode',
      ],
      run: (d) => `wx-dev send text hi --mode safe --tamper ${d.tamper}`,
    },
    zh: {
      title: (d) => `--tamper ${d.tamper} 需要加密的推送`,
      body: (d) => [
        `本次推送的模式是 ${d.mode}，没有加密`,
        'signature 和 timestamp 在任何模式下都可以破坏',
      ],
      run: (d) => `wx-dev send text 你好 --mode safe --tamper ${d.tamper}`,
    },
  }),
  WXD6049: defineError<Forged>({
    meaning: 'an app took a forged push for a real one, or broke over it',
    en: {
      title: (d) => {
        const what = `${d.isPayment === true ? 'payment' : 'push'} with a wrong ${d.tamper}`;
        return d.status >= 500
          ? `Your app broke over a ${what}: HTTP ${d.status}`
          : `Your app took a ${what} for a real one`;
      },
      body: (d) => [
        d.status >= 500
          ? 'expected 401 or 403: a refusal, not an error of the server'
          : `answered HTTP ${d.status}, expected 401 or 403`,
        d.isPayment === true
          ? (payCheckEn[d.tamper] ?? '')
          : (checkEn[d.tamper] ?? checkEn['signature'] ?? ''),
      ],
      run: forgeAgain,
    },
    zh: {
      title: (d) => {
        const what = `${d.tamper} 错误的${d.isPayment === true ? '支付通知' : '推送'}`;
        return d.status >= 500
          ? `应用处理 ${what}时出错：HTTP ${d.status}`
          : `应用把 ${what}当成了真的`;
      },
      body: (d) => [
        d.status >= 500
          ? '应为 401 或 403：拒绝，而不是服务器错误'
          : `返回了 HTTP ${d.status}，应为 401 或 403`,
        d.isPayment === true
          ? (payCheckZh[d.tamper] ?? '')
          : (checkZh[d.tamper] ?? checkZh['signature'] ?? ''),
      ],
      run: forgeAgain,
    },
  }),
  WXD6050: defineError<{ name: string }>({
    meaning: 'a scenario pays, and there is no merchant',
    en: {
      title: (d) => `Nobody can be paid by ${escapeText(d.name)}`,
      body: () => [
        'payments are signed with keys of the project, which only the command opens;',
        'in a test, send what wx-dev/wechat seals and signs',
      ],
      run: () => 'wx-dev send ./scenario.json',
    },
    zh: {
      title: (d) => `${escapeText(d.name)} 没有收款商户`,
      body: () => [
        '支付通知要用项目的密钥签名，只有命令行会打开这些密钥；',
        '在测试中，请用 wx-dev/wechat 加密并签名后发送',
      ],
      run: () => 'wx-dev send ./scenario.json',
    },
  }),
};

const checkEn: Readonly<Record<string, string>> = {
  signature: 'compare the signature with your own, in constant time, before anything else',
  timestamp: 'the signature covers the timestamp: compute it from the query, not from your clock',
  cipher: 'check msg_signature, which covers Encrypt; signature says nothing about the body',
  appid: 'compare the id behind the decrypted message with your AppID',
  padding: 'padding bytes are 1 to 32 and all alike; refuse any other',
};

const checkZh: Readonly<Record<string, string>> = {
  signature: '先计算签名并以固定时间比较，再做其他处理',
  timestamp: '签名包含 timestamp：用请求参数计算，不要用本机时间',
  cipher: '请校验 msg_signature，它包含 Encrypt；signature 与消息体无关',
  appid: '请把解密后消息末尾的 ID 与自己的 AppID 比较',
  padding: '填充字节为 1 至 32 且全部相同，其他一律拒绝',
};

function place(at: { readonly path: string; readonly line?: number | undefined }): string {
  return at.line === undefined ? at.path : `${at.path}:${at.line}`;
}

/** Checks the scenario again without sending anything. */
function checkAgain({ path }: { readonly path: string }): string {
  return `wx-dev send ${path === '-' ? '-' : quoteForShell(path)} --dry-run`;
}
