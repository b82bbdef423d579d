/** Why a signature that does not match looks the way it does. */
export type SignatureHint =
  /** `msg_signature` holds the signature of token, timestamp and nonce alone. */
  | 'three-values'
  /** `signature` holds the signature that covers `Encrypt` too. */
  | 'four-values'
  /** The other signature of the same request matches, so the Token is right. */
  | 'token-right'
  /** It matches once the spaces in `Encrypt` or `echostr` are `+` again. */
  | 'plus-became-space'
  /** It matches when the values are sorted as numbers. */
  | 'sorted-as-numbers'
  /** It matches in lower case. */
  | 'upper-case'
  /** It matches when the values are joined as they are named, not sorted. */
  | 'unsorted'
  /** It matches a Token in other capitals. */
  | 'token-capitals';

/** How the answer to a verification differs from the `echostr`. */
export type EchostrDifference =
  | 'empty'
  | 'bom'
  | 'whitespace'
  | 'quotes'
  | 'json'
  | 'html'
  | 'rounded-number'
  | 'plus-became-space'
  /** It is the parameter as it came: 企业微信 encrypts it. */
  | 'encrypted'
  | 'text-around'
  | 'other';

/** English sentences for each hint. */
export const signatureHintsEn: Record<SignatureHint, string> = {
  'three-values': 'the Token is right, but this signs 3 values: msg_signature covers Encrypt too',
  'four-values': 'it covers Encrypt: signature is made of token, timestamp and nonce only',
  'token-right': 'the Token is right, the other signature matches: Encrypt changed on the way',
  'plus-became-space': 'it matches once the spaces are + again: + was decoded as in a form',
  'sorted-as-numbers': 'it matches a numeric sort: sort the values as text, by bytes',
  'upper-case': 'it matches in lower case: write the hex digits in lower case',
  unsorted: 'it matches without sorting: sort the values as text, by bytes, then join them',
  'token-capitals': 'it matches a Token in other capitals: compare them letter by letter',
};

/** Chinese sentences for each hint. */
export const signatureHintsZh: Record<SignatureHint, string> = {
  'three-values': 'Token 没错，但这是三个值的签名；msg_signature 还要加上 Encrypt',
  'four-values': '收到的签名包含了 Encrypt；signature 只由 token、timestamp、nonce 计算',
  'token-right': '另一个签名正确，说明 Token 没错：Encrypt 在途中被改动了',
  'plus-became-space': '把空格换回 + 后签名一致：表单解码改动了内容',
  'sorted-as-numbers': '按数字排序时签名一致：应按文本（字节序）排序',
  'upper-case': '换成小写后签名一致：十六进制应为小写',
  unsorted: '不排序时签名一致：应先按文本（字节序）排序再拼接',
  'token-capitals': 'Token 换个大小写后签名一致：请逐字比对',
};

/** English sentences for each difference. */
export const differencesEn: Record<EchostrDifference, string> = {
  empty: 'the body is empty',
  bom: 'a byte order mark stands before it: save the source file as UTF-8 without BOM',
  whitespace: 'there is white space around it: send it without newline',
  quotes: 'there are quotes around it: send text/plain, not JSON',
  json: 'it is wrapped in JSON: send the bare text',
  html: 'HTML came instead: a login page, an error page or an interstitial of the tunnel',
  'rounded-number': 'it was turned into a number and lost digits: keep it as text',
  'plus-became-space': 'it contains spaces where + was: the query was form-decoded',
  encrypted: 'it came back as it was sent, encrypted: WeCom wants the text inside, decrypted',
  'text-around': 'there is other output around it: write the echostr only',
  other: 'the handler answered something else',
};

/** Chinese sentences for each difference. */
export const differencesZh: Record<EchostrDifference, string> = {
  empty: '响应体为空',
  bom: '前面多了 BOM：源文件请存为无 BOM 的 UTF-8',
  whitespace: '前后多了空白或换行：请原样输出',
  quotes: '两边多了引号：应返回 text/plain，不是 JSON',
  json: '被 JSON 包了一层：应直接返回文本',
  html: '返回的是 HTML：可能是登录页、错误页或隧道的提示页',
  'rounded-number': '被转成数字后丢了精度：请始终当作文本',
  'plus-became-space': '其中的 + 变成了空格：查询串被表单解码',
  encrypted: '原样返回了密文：企业微信要求返回解密后的明文',
  'text-around': '前后有其他输出：只输出 echostr',
  other: '处理函数返回了别的内容',
};
