import type { AnswerCause } from '../../src/core/errors/causes.ts';
import { WxDevError, type ErrorCode, type ErrorDetails } from '../../src/core/errors.ts';

/** Every cause that an answer with an error can have. */
const causes: readonly AnswerCause[] = [
  { type: 'no-route' },
  { type: 'no-route', likely: '/wechat' },
  { type: 'method' },
  { type: 'csrf' },
  { type: 'login' },
  { type: 'refused', encrypted: true, source: { name: 'WX_TOKEN', file: '.env', line: 3 } },
  { type: 'refused', encrypted: false },
  { type: 'openid-required' },
  { type: 'bad-request' },
  { type: 'body-parser' },
  { type: 'body-empty' },
  { type: 'java-parser' },
  { type: 'xml-parser' },
  { type: 'bad-decrypt' },
  ...Array.from({ length: 11 }, (_, index) => ({
    type: 'biz-crypt' as const,
    code: `-400${String(index + 1).padStart(2, '0')}`,
  })),
  { type: 'biz-crypt', code: '-40099' },
  { type: 'egress-ip', code: '40164', ip: '203.0.113.7' },
  { type: 'egress-ip', code: '60020' },
  { type: 'gateway' },
  { type: 'server-error' },
];

/** For each code the shapes of details that lead to different texts. A new code without samples does not compile. */
const samples: { readonly [C in ErrorCode]: readonly ErrorDetails<C>[] } = {
  WXD1001: [
    { kind: 'signature', received: '5f0c13a1e2b391', computed: 'a83eddddddddd07' },
    {
      kind: 'msg_signature',
      received: '5f0c13a1e2b391',
      source: { name: 'WX_TOKEN', file: '.env', line: 3 },
    },
    { kind: 'msg_signature', received: '\u001B[2Jabc', hint: 'three-values' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'four-values' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'token-right' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'plus-became-space' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'sorted-as-numbers' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'upper-case' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'unsorted' },
    { kind: 'signature', received: 'ab', computed: 'cd', hint: 'token-capitals' },
    {
      kind: 'msg_signature',
      received: 'ab',
      hint: 'plus-became-space',
      spaces: { name: 'echostr', at: [12, 40] },
    },
  ],
  WXD1002: [
    { parameter: 'signature', present: ['nonce', 'echostr'] },
    { parameter: 'nonce', present: [] },
  ],
  WXD1003: [
    { problem: { type: 'length', length: 2 } },
    {
      problem: { type: 'character', at: 4, character: '\n' },
      source: { name: 'WX_TOKEN', file: '.env' },
    },
  ],
  WXD1004: (
    [
      'empty',
      'bom',
      'whitespace',
      'quotes',
      'json',
      'html',
      'rounded-number',
      'plus-became-space',
      'encrypted',
      'text-around',
      'other',
    ] as const
  ).map((difference) => ({
    expected: '3982714',
    received: '{"v":3982714}\n',
    receivedBytes: 14,
    difference,
  })),
  WXD1101: [
    { problem: { type: 'length', length: 44 } },
    { problem: { type: 'character', at: 43, character: '=' }, source: { name: '--aes-key-file' } },
  ],
  WXD1102: [
    { received: 'wx8f00000000000000', configured: 'wx1100000000000000' },
    { received: 'ww8f00000000000000', configured: 'wx1100000000000000' },
    { received: 'wx8f00000000000000', configured: 'ww1100000000000000' },
  ],
  WXD1103: [
    { problem: 'base64', length: 31, at: 7 },
    { problem: 'base64', length: 31 },
    { problem: 'base64', length: 44, at: 12, spacesAt: [12, 40] },
    { problem: 'length', length: 15 },
  ],
  WXD1104: [
    { problem: 'padding', padByte: 200 },
    { problem: 'length', declared: 900, available: 40 },
    { problem: 'utf8' },
  ],
  WXD1105: [{}],
  WXD1106: [{ mode: 'safe' }],
  WXD1107: [{ fields: ['ToUserName', 'Content'] }, { fields: [] }],
  WXD1108: [{ received: 'AES ' }],
  WXD1120: [
    { header: 'Wechatpay-Serial', problem: 'missing', present: ['Wechatpay-Nonce'] },
    { header: 'Wechatpay-Serial', problem: 'missing', present: [] },
    { header: 'Wechatpay-Nonce', problem: 'twice' },
    { header: 'Wechatpay-Timestamp', problem: 'malformed', received: '\u001B[2Jabc' },
  ],
  WXD1121: [
    { received: 'tJHIiIS9eB2hAYst', serial: 'D7CE59D1F522D701' },
    ...(['reserialised', 'space-added', 'empty-body', 'other-key'] as const).map((hint) => ({
      received: 'tJHIiIS9eB2hAYst',
      serial: 'PUB_KEY_ID_01',
      hint,
    })),
  ],
  WXD1122: [{}],
  WXD1123: [
    { received: 'D7CE59D1F522D701', known: [] },
    { received: 'PUB_KEY_ID_01', known: ['D7CE59D1F522D701', 'PUB_KEY_ID_02'] },
  ],
  WXD1124: [
    { skewSeconds: 301, limitSeconds: 300 },
    { skewSeconds: -90_000, limitSeconds: 300 },
  ],
  WXD1125: [{ received: 'WECHATPAY2-SM2-WITH-SM3' }],
  WXD1126: [
    { problem: { type: 'length', length: 16 } },
    {
      problem: { type: 'character', at: 3, character: ' ' },
      source: { name: 'WX_PAY_API_V3_KEY', file: '.env', line: 3 },
    },
  ],
  WXD1127: [
    { problem: 'tag' },
    { problem: 'utf8', source: { name: 'WX_PAY_API_V3_KEY', file: '.env', line: 3 } },
  ],
  WXD1128: [
    { problem: 'algorithm', received: 'AEAD_SM4_GCM' },
    { problem: 'nonce', received: '11' },
    { problem: 'base64', received: 'a b' },
    { problem: 'length', received: '15' },
  ],
  WXD1129: [
    { problem: 'unreadable', source: { name: 'WX_PAY_PLATFORM_KEY', file: '.env', line: 3 } },
    { problem: 'private' },
    { problem: 'not-rsa', received: 'ec' },
    { problem: 'no-id' },
    { problem: 'no-id', received: 'D7CE59D1F522D701' },
  ],
  WXD1130: [
    { received: '9A0A8659F005D6984697E2CA0A9CF3B7', type: 'MD5' },
    { received: '9a0a8659f005d6984697e2ca0a9cf3b7', type: 'MD5', hint: 'lower-case' },
    { received: '9A0A8659F005D6984697E2CA0A9CF3B7', type: 'HMAC-SHA256', hint: 'other-type' },
  ],
  WXD1131: [{ problem: { type: 'length', length: 31 } }],
  WXD1132: [
    { problem: 'base64' },
    { problem: 'padding', source: { name: 'WX_PAY_V2_KEY', file: '.env', line: 3 } },
    { problem: 'utf8' },
  ],
  WXD1133: [{ received: '1900000109', configured: '1900000110' }],
  WXD1150: [{ parameter: 'encrypt_type', seen: ['encrypt_type', 'Encrypt.Type'] }],
  WXD1152: [{ parameter: 'nonce', length: 71, limit: 63 }],
  WXD1151: (['port', 'usual-port', 'private', 'ipv6-only'] as const).map((problem) => ({
    url: 'http://example.com:8080',
    problem,
  })),
  WXD1153: [{ streamId: 's1', refreshes: 359, seconds: 360 }],
  WXD1154: [{ asked: 's1', received: 's2' }],
  WXD1155: [{ bytes: 20_481, max: 20_480 }],
  WXD1160: [{ code: '40164', ip: '203.0.113.7' }, { code: '60020' }],
  WXD1134: [
    { problem: 'session_key' },
    { problem: 'iv' },
    { problem: 'cipher' },
    { problem: 'text' },
  ],
  WXD1135: [{ received: '', configured: 'wx1234567890abcdef' }],
  WXD1201: [{ problem: 'unexpected end', line: 1, column: 7 }],
  WXD1202: [
    { construct: 'DOCTYPE', line: 1, column: 1 },
    { construct: 'entity', line: 2, column: 9 },
  ],
  WXD1203: [{ problem: 'Unexpected token } at 5' }],
  WXD1204: [{ sizeBytes: 5_000_000, limitBytes: 1_048_576 }],
  WXD1205: [{}],
  WXD1206: [{ problem: 'MsgType is missing', start: '<xml>' }],
  WXD1207: [
    { kind: 'txt', similar: ['text'] },
    { kind: 'nothing', similar: [] },
  ],
  WXD1208: [{ at: 12 }],
  WXD1209: [{ name: '1st' }],
  WXD1220: [
    { field: 'resource', present: ['id', 'event_type'] },
    { field: 'id', present: [] },
  ],
  WXD1221: [
    { field: 'sign', problem: 'missing' },
    { field: 'mch_id', problem: 'repeated' },
    { field: 'sign_type', problem: 'unknown', received: 'RSA' },
  ],
  WXD1230: [
    { status: 500, start: '', failed: false },
    { status: 401, start: '{"code":"FAIL"}', failed: false, isOurs: true },
    { status: 302, start: '<html>', failed: false },
    { status: 200, start: '{"code":"FAIL"}', failed: true },
  ],
  WXD1231: [
    { status: 200, start: 'success' },
    { status: 500, start: '' },
  ],
  WXD1240: [
    { received: 'text', expected: ['stream', 'template_card'] },
    { received: '', expected: ['text'], event: 'enter_chat' },
  ],
  WXD2001: [
    { ms: 5003, limitMs: 5000 },
    { ms: 5003, limitMs: 5000, unfinished: true },
    { ms: 5003, limitMs: 5000, isPayment: true },
  ],
  WXD2002: [
    { ms: 4100, limitMs: 3500 },
    { ms: 4100, limitMs: 3500, isPayment: true },
    { ms: 1300, limitMs: 1000, isVerification: true },
  ],
  WXD2005: [
    { msgId: '24000000000000081', count: 3 },
    { msgId: '24000000000000081', count: 3, firstMs: 7249 },
    { msgId: '00000000-0000-4000-8000-000000000001', count: 3, isPayment: true },
  ],
  WXD2010: [{ failures: 3, waitSeconds: 60 }],
  WXD2011: [
    { type: 'transfer_customer_service', problem: 'type' },
    { type: 'text', problem: 'length' },
  ],
  WXD2012: [
    {
      path: '/cgi-bin/stable_token',
      errcode: 40164,
      errmsg: 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6a-1-2',
    },
    ...[-1, 40001, 40003, 40007, 40013, 40243, 43004, 45002, 45009, 45015, 45047, 48001, 50002].map(
      (errcode) => ({ path: '/cgi-bin/message/custom/send', errcode, errmsg: 'api unauthorized' }),
    ),
    {
      path: '/cgi-bin/message/custom/send',
      errcode: 45047,
      errmsg: 'out of response count limit rid: 6aac005a-00000000-00000000',
      sent: 2,
      total: 4,
    },
  ],
  WXD2013: [{ seconds: 60 }],
  WXD2014: [{ kind: 'work', source: '--late-reply' }],
  WXD2101: [
    { status: 500 },
    { status: 403, refusal: 'WXD1001' },
    ...causes.map((cause) => ({ status: 500, cause })),
  ],
  WXD2102: [
    { status: 301, location: 'https://example.com/wx/', kind: 'slash' },
    { status: 302 },
    { status: 301, location: 'https://example.com/wx', kind: 'https' },
    { status: 302, location: '/login', kind: 'login' },
  ],
  WXD2103: [{ start: '<!DOCTYPE html>' }, { start: '<pre>', cause: { type: 'bad-decrypt' } }],
  WXD2104: [{ start: '{"errcode":0}' }, { start: '{', cause: { type: 'body-parser' } }],
  WXD2105: [{ received: '"success"' }],
  WXD2106: [
    { before: '\uFEFF', bytes: 3 },
    { before: 'debug\n', bytes: 6 },
  ],
  WXD2107: [{}],
  WXD2108: [{}],
  WXD2109: [
    { field: 'ToUserName', received: 'gh_1', expected: 'oFan' },
    ...(['not-swapped', 'app-id', 'white-space', 'other'] as const).map((mistake) => ({
      field: 'FromUserName' as const,
      received: 'wx1',
      expected: 'gh_1',
      mistake,
    })),
  ],
  WXD2110: [{}],
  WXD2111: [{ after: 'success' }],
  WXD2112: [
    { received: 'OK' },
    { received: '-40001', cause: { type: 'biz-crypt', code: '-40001' } },
    ...(['bom', 'white-space', 'capitals', 'stack-trace', 'value'] as const).map((difference) => ({
      received: 'Success',
      difference,
    })),
  ],
  WXD2113: [
    { type: 'image', field: 'MediaId' },
    ...(['outside', 'capitals', 'empty'] as const).map((place) => ({
      type: 'image',
      field: 'Image.MediaId',
      place,
    })),
  ],
  WXD2114: [
    { count: 9, limit: 8 },
    { count: 0, limit: 1 },
  ],
  WXD2115: [{ encoding: 'gzip' }],
  WXD2116: [
    { received: 'aaaaaaaaaaaa', computed: 'bbbbbbbbbbbb' },
    { received: 'aaaaaaaaaaaa', computed: 'bbbbbbbbbbbb', hint: 'query-values' },
    { received: 'aaaaaaaaaaaa', computed: 'bbbbbbbbbbbb', hint: 'upper-case' },
  ],
  WXD2117: [
    { problem: 'the padding is wrong', problemZh: '填充不对' },
    { problem: 'not UTF-8', problemZh: '不是 UTF-8', countsCharacters: true },
  ],
  WXD2118: [{ field: 'CreateTime', received: '1700000000000' }],
  WXD2119: [{ problem: 'line 1: unexpected end', problemZh: '第 1 行：意外结束' }],
  WXD2120: [{ received: 'Text' }],
  WXD2121: [{ received: '2', count: 1 }],
  WXD2122: [{ sizeBytes: 3000, limitBytes: 2048 }],
  WXD2123: [{ bytes: 48 }],
  WXD2124: [{ field: 'CreateTime', received: 'now', expected: '1700000000' }],
  WXD2125: [{}],
  WXD2126: [{ event: 'user_authorize_invoice', expected: '"success"', received: 'ok' }],
  WXD2127: [{}],
  WXD2128: [{}],
  WXD2129: [{ status: 511, by: 'localtunnel' }, { status: 200 }],
  WXD2130: [{ start: '"<xml>' }],
  WXD2131: [{ start: '&lt;xml&gt;' }],
  WXD2132: (['spaced-cdata', 'unsplit-cdata', 'unescaped'] as const).map((mistake) => ({
    mistake,
    line: 1,
    column: 19,
  })),
  WXD2133: [{ root: 'root' }],
  WXD2134: [{}],
  WXD2135: [{ padding: 30 }],
  WXD2150: [{ url: 'http://127.0.0.1:3000/wx', limitMs: 5000 }],
  WXD2151: [
    {
      rule: 'signature.push-wrong',
      what: { en: 'a push without signature', zh: '没有签名的推送' },
      status: 200,
    },
  ],
  WXD2152: [
    {
      rule: 'signature.verify-wrong',
      what: { en: 'a push without signature', zh: '没有签名的推送' },
    },
  ],
  WXD2153: [
    {
      rule: 'tampered.length',
      what: { en: 'a push without signature', zh: '没有签名的推送' },
      status: 500,
    },
  ],
  WXD2154: [
    {
      rule: 'xml.doctype',
      what: { en: 'a push without signature', zh: '没有签名的推送' },
      status: 200,
    },
  ],
  WXD2155: [{ rule: 'signature.msg-signature', status: 403 }],
  WXD2156: [
    { rule: 'safe.padding', refused: [17, 18, 19, 20], taken: 28 },
    { rule: 'safe.padding', refused: [1, 32], taken: 30 },
  ],
  WXD2157: [{ rule: 'content.leading-zeros', sent: '007', received: '7' }],
  WXD2158: [{ rule: 'dedupe.counted-once', before: 1, after: 4 }],
  WXD2159: [{ rule: 'dedupe.same-answer', first: '1', second: '\u001B[2J' }],
  WXD2160: [{ rule: 'slow.customer-message', waitedMs: 15000, apiBase: 'http://127.0.0.1:7799' }],
  WXD2161: [{ rule: 'slow.once', count: 2 }],
  WXD2162: [{ rule: 'parallel.fifty', user: 'oWxDev_A', other: 'oWxDev_B' }],
  WXD2163: [
    { rule: 'shutdown.drains', reason: { en: 'the connection was closed', zh: '连接被关闭' } },
  ],
  WXD2164: [{ rule: 'shutdown.ends', waitedMs: 10000 }],
  WXD2165: [
    {
      rule: 'login.no-token',
      what: { en: 'GET /api/me without a token', zh: '不带令牌的 GET /api/me' },
      expected: {
        en: '401 and {code, msg} with a code other than 0',
        zh: '401 与 {code, msg}，code 不为 0',
      },
      received: 'HTTP 200 {}',
    },
  ],
  WXD2166: [
    { rule: 'secrets.keys', secret: { en: 'the Token', zh: ' Token' }, file: 'app.log', line: 12 },
  ],
  WXD2167: [
    { rule: 'verify.text-plain', received: 'text/html' },
    { rule: 'verify.text-plain', received: '' },
  ],
  WXD2168: [{ rule: 'slow.answered-in-time', limitMs: 300000 }],
  WXD2169: [{ rule: 'xml.external-entity', path: '/entity' }],
  WXD3001: [
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'].map(
      (reason) => ({ target: 'http://127.0.0.1:3000/wx', reason }),
    ),
    { target: 'http://127.0.0.1:3000/pay', reason: 'ECONNREFUSED', isPayment: true },
  ],
  WXD3002: [
    { target: 'http://127.0.0.1:3000/wx', reason: 'ECONNRESET' },
    { target: 'http://127.0.0.1:3000/wx', reason: 'ECONNRESET', isPayment: true },
  ],
  WXD3003: [
    { message: 'x is not a function', place: '/app/handler.mjs:3:5' },
    { message: 'line one\nline two' },
  ],
  WXD3004: [{ target: 'https://[::1]:3000/wx', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  WXD3005: [
    {
      path: '/app/handler.mjs',
      reason: 'SyntaxError: Unexpected token',
      place: '/app/handler.mjs:3',
    },
    { path: '/app/other.mjs', reason: 'there is no such file' },
  ],
  WXD3006: [
    { path: '/app/handler.mjs', exports: [] },
    { path: '/app/handler.mjs', exports: ['reply', 'other'] },
  ],
  WXD3007: [{ received: '42' }],
  WXD3008: [
    { command: 'npm start', exitCode: 1 },
    { command: 'npm start', signal: 'SIGSEGV' },
    { command: 'true' },
  ],
  WXD3009: [{ command: 'nmp start' }],
  WXD3010: [{ port: 3000, seconds: 120 }],
  WXD3011: [{ target: 'http://127.0.0.1:3000/wx', limitBytes: 1_048_576 }],
  WXD3012: [
    { receivedBytes: 12 },
    { receivedBytes: 12, expectedBytes: 300, end: 'left' },
    { receivedBytes: 12, expectedBytes: 300, end: 'stalled', ms: 5001 },
  ],
  WXD3013: [
    { received: '/wx/', path: '/wx' },
    { received: '/', path: '/wx', source: { name: 'WX_DEV_PATH', file: '.env.local', line: 3 } },
  ],
  WXD3014: [{ url: 'https://k3v9q.relay.example.com/wx', minutes: 3 }],
  WXD3030: [{ target: 'https://api.weixin.qq.com/cgi-bin/stable_token', reason: 'ENOTFOUND' }],
  WXD3031: [{ target: 'http://127.0.0.1:4190/cgi-bin/stable_token', status: 404, start: '<html>' }],
  WXD4001: [{ relay: 'https://relay.example.com', reason: 'ECONNREFUSED' }],
  WXD4002: [{ offered: 'wx-dev.tunnel.v1', spoken: ['wx-dev.tunnel.v2', 'wx-dev.tunnel.v3'] }],
  WXD4003: [
    { relay: 'https://relay.example.com', sent: true },
    { relay: 'https://relay.example.com', sent: false },
  ],
  WXD4004: [{ name: 'my-app', relay: 'https://relay.example.com' }],
  WXD4005: [{ name: 'My App', reason: 'a space' }],
  WXD4006: [{ host: 'a.t.example.com', domain: 't.example.com' }],
  WXD4007: [{ name: 'my-app', reason: 'its connection was lost 12 s ago' }],
  WXD4008: [{ target: 'http://127.0.0.1:3000', reason: 'ECONNREFUSED' }],
  WXD4009: [
    { side: 'client', rule: 'a frame is at most 16 KiB' },
    { side: 'relay', rule: 'a frame is at most 16 KiB' },
  ],
  WXD4010: [
    { host: '0.0.0.0', via: 'host' },
    { host: 't.example.com', via: 'public-url' },
    { host: 't.example.com', via: 'domain' },
    { host: '127.0.0.1', via: 'trust-proxy' },
  ],
  WXD4011: [
    { limit: 'tunnels', max: 100 },
    { limit: 'tunnels of the relay', max: undefined },
  ],
  WXD4012: [{ status: 400, problem: 'two Content-Length fields' }],
  WXD4013: [{ target: 'http://127.0.0.1:3000', waitedMs: 30_000 }],
  WXD4014: [{ relay: 'https://relay.example.com', reason: 'SELF_SIGNED_CERT_IN_CHAIN' }],
  WXD4015: [
    { url: 'https://a.t.example.com', reason: 'HTTP 404' },
    {
      url: 'https://a.t.example.com',
      reason: 'HTTP 404',
      because: { en: ['the path differs'], zh: ['路径不一致'] },
    },
  ],
  WXD4031: [
    { name: 'shop', names: ['bar', 'foo-*'] },
    { name: undefined, names: ['foo-*'] },
  ],
  WXD4030: [
    { proxy: 'http://proxy.example.com:3128', reason: 'HTTP 407', isLogin: true },
    { proxy: 'socks5://127.0.0.1:1080', reason: 'connect ECONNREFUSED', isLogin: false },
  ],
  WXD4016: [{ relay: 'https://example.com', reason: 'HTTP 200' }],
  WXD4017: [{ name: 'my-app' }],
  WXD4040: [{ relay: 'https://relay.example.com' }],
  WXD4041: [{ host: 'b.t.example.com', servername: 'a.t.example.com' }],
  WXD4042: [
    {
      what: { en: 'requests a second', zh: '每秒请求' },
      who: { en: 'for one tunnel', zh: '单个隧道' },
      max: 1000,
      waitS: 1,
    },
  ],
  WXD4043: [{ name: 'my-app', reason: 'it sent a malformed response head' }],
  WXD4044: [
    { host: 'a.t.example.com', sent: true },
    { host: 'a.t.example.com', sent: false },
  ],
  WXD4045: [{ host: 'a.t.example.com', remote: '203.0.113.7' }],
  WXD4046: [{ relay: 'https://relay.example.com', waitS: 60 }],
  WXD4047: [{ name: 'my-app', waitedMs: 75_000 }],
  WXD4048: [{ maxBytes: 1_048_576 }],
  WXD4049: [{ path: 'users.txt', line: 3, reason: { en: 'no colon', zh: '没有冒号' } }],
  WXD4050: [{ max: 1_000 }, { max: undefined }],
  WXD4051: [{ name: 'app' }],
  WXD4062: [{ relay: 'https://relay.example.com' }],
  WXD4063: (['silent', 'cut', 'refused', 'leaving', 'broken'] as const).map((how) => ({
    relay: 'https://relay.example.com',
    how,
    seen: 'connection closed (1006)',
  })),
  WXD4061: [{ relay: 'https://relay.example.com' }],
  WXD4060: [{ target: 'https://127.0.0.1:8443', reason: 'self-signed certificate' }],
  WXD5001: [{ path: "/home/o'neil/ca key.pem", mode: 0o644, wanted: 0o600 }],
  WXD5002: (
    [
      'cert-unreadable',
      'key-unreadable',
      'key-missing',
      'mismatch',
      'not-an-authority',
      'altered',
    ] as const
  ).map((damage) => ({ dir: '/home/u/.local/share/wx-dev/ca', damage, name: 'ca' })),
  WXD5003: [
    {
      name: 'example.com',
      rule: 'permittedSubtrees',
      subtrees: ['localhost', 'test', 'local', 'home.arpa', 'lan'],
      caPath: '/home/u/ca.pem',
    },
  ],
  WXD5004: [
    {
      dir: '/home/u/ca',
      notBefore: '2026-01-01',
      notAfter: '2036-01-01',
      now: '2037-01-01',
      early: false,
    },
    {
      dir: '/home/u/ca',
      notBefore: '2026-01-01',
      notAfter: '2036-01-01',
      now: '1970-01-01',
      early: true,
    },
  ],
  WXD5005: (['empty', 'url', 'zone', 'wildcard', 'too-long', 'malformed'] as const).map(
    (fault) => ({
      name: 'x'.repeat(70),
      fault,
    }),
  ),
  WXD5006: [{ name: '*.test' }],
  WXD5007: (['nothing', 'private-key', 'damaged'] as const).map((found) => ({
    path: 'a.pem',
    found,
  })),
  WXD5008: [{ received: '900', max: 825 }],
  WXD5009: [
    { path: '/root/ca', action: 'read', reason: 'EACCES' },
    { path: '/root/ca', action: 'write', reason: 'ENOSPC' },
  ],
  WXD5020: [{ path: '/home/u/ca/.lock', seconds: 15 }],
  WXD5021: [{ path: '/home/u/my ca/index.json' }],
  WXD5022: [
    { path: '/home/u/ca/ca-key.pem', given: false },
    { path: '/home/u/ca/ca-key.pem', given: true },
  ],
  WXD5023: [{ dir: '/home/u/ca' }],
  WXD5024: (
    ['nothing', 'damaged', 'signature', 'algorithm', 'weak-key', 'no-names', 'other-names'] as const
  ).map((fault) => ({ path: 'a.csr', fault })),
  WXD5025: (['empty', 'too-long', 'characters', 'email'] as const).map((fault) => ({
    name: '\u001B[2J../a',
    fault,
  })),
  WXD5026: [
    { serial: 'ABC', matches: 0 },
    { serial: 'ABCDEF', matches: 2 },
  ],
  WXD5027: [{ path: '/home/u/app/.wx-dev/certs/cert.pem' }],
  WXD5028: [
    { path: 'ca.pem', expected: 'authority' },
    { path: 'crl.pem', expected: 'list' },
  ],
  WXD5029: [
    { relay: 'https://relay.test', sent: false },
    { relay: 'https://relay.test', sent: true },
  ],
  WXD5030: [{ path: 'key.pem' }],
  WXD5031: (['empty', 'characters'] as const).map((fault) => ({ fault })),
  WXD5033: [{ address: '192.168.1.20' }],
  WXD5034: [{ path: 'key.pem' }],
  WXD5040: [{ received: 'lst', guess: 'list' }],
  WXD5041: [
    { target: '127.0.0.1:8443', reason: 'ECONNREFUSED' },
    { target: 'nowhere.test:443', reason: 'ENOTFOUND' },
    { target: '[::1]:443', reason: 'EHOSTUNREACH' },
  ],
  WXD5042: [{ target: '127.0.0.1:8080', reason: 'ERR_SSL_WRONG_VERSION_NUMBER' }],
  WXD5032: [{ path: '/home/u/trust.json' }],
  WXD6001: [
    {
      source: { name: 'WX_DEV_PORT', file: '.env', line: 3 },
      received: { en: '5 characters', zh: '5 个字符' },
      expected: { en: 'a port', zh: '端口' },
    },
    { source: { name: 'WX_DEV_MODE' }, received: '"x"', expected: 'plain' },
  ],
  WXD6002: [{ name: 'WX_AES_KEY', need: 'EncodingAESKey', run: 'echo WX_AES_KEY=... >> .env' }],
  WXD6003: [{ host: '127.0.0.1', port: 3000, run: 'wx-dev serve --port 3001' }],
  WXD6004: [
    { path: '.env', line: 3, reason: 'no =' },
    { path: 'wx-dev.config.json', reason: { en: 'not JSON', zh: '不是 JSON' } },
  ],
  WXD6005: [
    { path: 'wx-dev.config.json', key: 'prot', suggestion: 'port' },
    { path: 'wx-dev.config.json', line: 2, key: 'x' },
  ],
  WXD6006: [
    { path: 'a.pem', reason: { en: 'there is no such file', zh: '文件不存在' } },
    { path: 'a', reason: 'EIO', source: { name: '--token-file' } },
  ],
  WXD6007: [
    { first: { name: 'handler', file: 'wx-dev.config.json' }, second: { name: '--forward-to' } },
  ],
  WXD6008: [{ path: '/app/.wx-dev', reason: 'EROFS' }],
  WXD6009: [{ name: 'WX_TOKEN', path: '.env', lines: [2, 9] }],
  WXD6010: [{ dir: '/app', names: ['wx-dev.config.json', 'wx-dev.config.ts'] }],
  WXD6011: [{ path: '/app/.wx-dev/state.json', reason: 'no JSON' }],
  WXD6012: [{ certPath: 'cert.pem', keyPath: 'key.pem' }],
  WXD6013: [{ path: '/app/ready.json', reason: { en: 'permission denied', zh: '没有权限' } }],
  WXD6030: [
    { names: ['shop', 'pay'] },
    { received: 'shpo', names: ['shop', 'pay'], source: { name: '--account' } },
    { received: '\u001B[2J', names: [] },
  ],
  WXD6031: [
    {
      kind: 'work',
      account: 'corp',
      setting: 'corpId',
      variable: 'WX_CORP_ID_CORP',
      what: { en: 'the CorpId', zh: '企业 ID' },
      source: { name: 'accounts.corp.kind', file: 'wx-dev.config.json', line: 3 },
    },
    {
      kind: 'pay',
      setting: 'apiV3Key',
      variable: 'WX_PAY_API_V3_KEY',
      what: { en: 'the APIv3 key', zh: 'APIv3 密钥' },
    },
  ],
  WXD6032: [
    { kind: 'pay', what: 'wx-dev send text' },
    { kind: 'work', what: '--mode plain', source: { name: 'WX_DEV_KIND', file: '.env', line: 2 } },
  ],
  WXD6060: [
    { path: '/home/dev/bot/.wx-dev/history', reason: { en: 'the disk is full', zh: '磁盘已满' } },
  ],
  WXD6061: [{ wanted: '#17' }, { wanted: '3..5', first: 7, last: 90 }],
  WXD6062: [
    { id: 17, why: 'page' },
    { id: 17, why: 'key' },
    { id: 17, why: 'unopened' },
    { id: 17, why: 'cut' },
    { id: 17, why: 'masked' },
  ],
  WXD6063: [{}],
  WXD6064: [{ path: '/home/dev/bot/.wx-dev/history', reason: { en: 'a link', zh: '符号链接' } }],
  WXD6065: [{ wanted: '1..5000', count: 5000, limit: 1000 }],
  WXD6040: [{ path: 'A..B' }],
  WXD6041: [
    { kind: 'location', content: 'here', wanted: 'place' },
    { kind: 'ENTER', content: 'x', wanted: 'nothing' },
  ],
  WXD6042: [
    { editor: 'vi', reason: { en: 'it ended with exit code 1', zh: '编辑器以 exit code 1 结束' } },
  ],
  WXD6043: [{ text: 'status' }],
  WXD6044: [{ expected: 'status=200', seen: '500' }],
  WXD6045: [
    { path: 'bind.json', line: 3, reason: { en: 'no steps', zh: '没有 steps' } },
    { path: '-', reason: { en: 'no steps', zh: '没有 steps' } },
  ],
  WXD6046: [
    { name: 'sid', path: 'bind.json', line: 3, known: ['other'] },
    { name: 'sid', path: 'bind.json', known: [] },
    { name: 'env:CODE', path: 'bind.json', line: 3, known: [] },
  ],
  WXD6047: [{ chain: ['a', 'b', 'a'], path: 'bind.json', line: 3 }],
  WXD6048: [{ tamper: 'cipher', mode: 'plain' }],
  WXD6049: [
    { tamper: 'signature', status: 200 },
    { tamper: 'padding', status: 500 },
    { tamper: 'signature', status: 200, isPayment: true },
    { tamper: 'timestamp', status: 200, isPayment: true },
    { tamper: 'cipher', status: 500, isPayment: true },
  ],
  WXD6050: [{ name: 'pay.success' }],
  WXD7001: [
    { dir: '/app', names: ['a'] },
    { dir: '/app', names: ['a', 'b', 'c', 'd', 'e', 'f'] },
  ],
  WXD7002: [
    { name: 'x', known: ['node-minimal'] },
    { name: 'x', known: [] },
  ],
  WXD7003: (['empty', 'reserved', 'character', 'ending', 'length'] as const).map((problem) => ({
    name: 'CON',
    problem,
  })),
  WXD7004: [{ template: 'node-minimal', reason: { en: 'no manifest', zh: '没有清单' } }],
  WXD7005: [{ path: '/app/a', reason: 'ENOSPC' }],
  WXD7006: [{ path: 'src', target: '/etc' }],
  WXD7007: [
    { name: 'dokcer', template: 'node-minimal', known: ['docker', 'ci'] },
    { name: 'nginx', template: 'miniprogram-ts', known: [] },
  ],
  WXD7008: [{ path: 'example.com/my app' }],
  WXD7009: [{ path: 'x.tgz', reason: { en: 'no manifest', zh: '没有清单' } }],
  WXD7010: [{ names: ['Dockerfile'], layers: ['docker'] }],
  WXD7011: [{ dir: '/app', reason: { en: 'no record', zh: '没有记录' } }],
  WXD7012: [
    { program: 'go', needed: '>=1.22' },
    { program: 'python', needed: '>=3.11', found: '3.9.2' },
  ],
  WXD7013: [{ command: 'npm ci', code: 1, output: 'npm error ENOTFOUND' }],
  WXD7014: [{ command: 'npm ci', missing: 'node_modules' }],
};

/** Every code, in the order of the catalogue. */
export const sampleCodes: readonly string[] = Object.keys(samples);

/** One error of each kind of text that `code` has. */
export function sampleErrors(code: string): WxDevError[] {
  const found = Object.entries(samples).find(([name]) => name === code);
  if (!found) throw new Error(`no sample for ${code}`);
  // The table ties each code to its details; TypeScript loses that when the code is a variable.
  return found[1].map(
    (details) => new WxDevError(code as ErrorCode, details as ErrorDetails<ErrorCode>),
  );
}

/** One error of the code. */
export function sampleError(code: string): WxDevError {
  const [first] = sampleErrors(code);
  if (!first) throw new Error(`no sample for ${code}`);
  return first;
}
