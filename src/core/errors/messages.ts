import { defineError } from './define.ts';
import { escapeText } from './text.ts';

const messageProblemsZh: ReadonlyMap<string, string> = new Map([
  ['MsgType is missing', '缺少 MsgType'],
  ['neither XML nor JSON', '既不是 XML 也不是 JSON'],
  ['an encrypted message came as echostr', 'echostr 里是一条加密消息'],
]);

const messageProblemZh = (problem: string): string =>
  messageProblemsZh.get(problem) ?? escapeText(problem);

/** 12xx: bodies, their XML and JSON, and the messages in them. */
export const messageErrors = {
  WXD1201: defineError<{ problem: string; line: number; column: number }>({
    meaning: 'XML is malformed',
    en: {
      title: () => 'Malformed XML',
      body: (d) => [
        `line ${d.line}, column ${d.column}: ${escapeText(d.problem)}`,
        'expected one <xml> element with the fields inside',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => 'XML 格式错误',
      body: (d) => [
        `第 ${d.line} 行第 ${d.column} 列：${escapeText(d.problem)}`,
        '应为一个 <xml> 元素，字段都在其中',
      ],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1202: defineError<{ construct: 'DOCTYPE' | 'entity'; line: number; column: number }>({
    meaning: 'XML with a DOCTYPE or an entity of its own is refused',
    en: {
      title: (d) =>
        d.construct === 'DOCTYPE' ? 'XML with a DOCTYPE' : 'XML with an unknown entity',
      body: (d) => [
        `at line ${d.line}, column ${d.column}`,
        'WeChat sends neither; they are how XML attacks begin, so the body was refused',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: (d) => (d.construct === 'DOCTYPE' ? 'XML 含有 DOCTYPE' : 'XML 含有未知实体'),
      body: (d) => [
        `位于第 ${d.line} 行第 ${d.column} 列`,
        '微信不会发送这些内容，它们常用于 XML 攻击，因此拒绝',
      ],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1203: defineError<{ problem: string }>({
    meaning: 'JSON is malformed',
    en: {
      title: () => 'Malformed JSON',
      body: (d) => [escapeText(d.problem), 'expected one JSON object'],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => 'JSON 格式错误',
      body: (d) => [escapeText(d.problem), '应为一个 JSON 对象'],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1204: defineError<{ sizeBytes: number; limitBytes: number }>({
    meaning: 'a body is larger than any WeChat sends',
    en: {
      title: () => 'Body too large',
      body: (d) => [
        `received ${d.sizeBytes} bytes, at most ${d.limitBytes} are read`,
        'WeChat pushes are a few kilobytes: this is not one',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => '请求体过大',
      body: (d) => [
        `收到 ${d.sizeBytes} 字节，上限 ${d.limitBytes} 字节`,
        '微信推送只有几 KB，这不是微信推送',
      ],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1205: defineError<Record<string, never>>({
    meaning: 'a body is empty',
    en: {
      title: () => 'Empty body',
      body: () => [
        'expected XML or JSON',
        'most likely a body parser consumed it: read the raw text of text/xml',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => '请求体为空',
      body: () => ['应为 XML 或 JSON', '多半是已被请求体解析器读走：text/xml 请读取原始文本'],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1206: defineError<{ problem: string; start: string }>({
    meaning: 'a body is not a WeChat message',
    en: {
      title: () => 'Not a WeChat message',
      body: (d) => [
        d.start === ''
          ? escapeText(d.problem)
          : `${escapeText(d.problem)}; the body starts with "${escapeText(d.start)}"`,
        'expected <xml> or a JSON object with MsgType',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => '不是微信消息',
      body: (d) => [
        d.start === ''
          ? messageProblemZh(d.problem)
          : `${messageProblemZh(d.problem)}；内容开头是 "${escapeText(d.start)}"`,
        '应为含有 MsgType 的 <xml> 或 JSON 对象',
      ],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1207: defineError<{ kind: string; similar: readonly string[] }>({
    meaning: 'no sample of this kind of push exists',
    en: {
      title: (d) => `Unknown kind of push "${escapeText(d.kind)}"`,
      body: (d) => [
        ...(d.similar.length === 0 ? [] : [`similar: ${d.similar.join(', ')}`]),
        'any other name can be sent as event:<Event> or message:<MsgType>',
      ],
      run: () => 'wx-dev send --list',
    },
    zh: {
      title: (d) => `未知的推送类型 "${escapeText(d.kind)}"`,
      body: (d) => [
        ...(d.similar.length === 0 ? [] : [`相近的有：${d.similar.join('、')}`]),
        '其他名称可写成 event:<Event> 或 message:<MsgType>',
      ],
      run: () => 'wx-dev send --list',
    },
  }),
  WXD1208: defineError<{ at: number }>({
    meaning: 'a body is not UTF-8',
    en: {
      title: () => 'The body is not UTF-8',
      body: (d) => [
        `the byte at offset ${d.at} does not belong to UTF-8 text`,
        'most likely it is compressed, or in GBK',
      ],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: () => '内容不是 UTF-8',
      body: (d) => [`偏移 ${d.at} 处的字节不属于 UTF-8`, '多半是被压缩过，或是 GBK 编码'],
      run: () => 'wx-dev send text',
    },
  }),
  WXD1209: defineError<{ name: string }>({
    meaning: 'a field has a name that XML does not allow',
    en: {
      title: (d) => `"${escapeText(d.name)}" cannot be an XML element`,
      body: () => ['expected letters, digits, "_", "-" and "."; the first is a letter or "_"'],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: (d) => `"${escapeText(d.name)}" 不能作为 XML 元素名`,
      body: () => ['应为字母、数字、"_"、"-" 和 "."，且以字母或 "_" 开头'],
      run: () => 'wx-dev send text',
    },
  }),
};
