import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccount, type Account } from '../../src/wechat/account.ts';
import {
  maxBodyBytes,
  seal,
  sealPush,
  signEchostr,
  unseal,
  verifyEchostr,
  type RawPush,
} from '../../src/wechat/envelope.ts';
import { textOf } from '../../src/wechat/fields.ts';
import { parseJson } from '../../src/wechat/json.ts';
import { formatPushQuery, parsePushQuery, type PushQuery } from '../../src/wechat/query.ts';
import { sign } from '../../src/wechat/signature.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { account, codeOf, errorOf } from './helpers.ts';
import { vectorsOf } from './vectors.ts';

const random16 = Buffer.from('0123456789abcdef');
const times = { timestamp: '1767225601', nonce: '415670741' };
const fields = makePush(
  'text',
  { Content: 'hello ]]> 你好 😀' },
  {
    from: 'oWxDev_Alice_000000000000001',
    to: 'gh_0f1e2d3c4b5a',
    createTime: 1767225600,
    msgId: '25000000000000017',
  },
);
const modes = ['plain', 'compat', 'safe'] as const;
const formats = ['xml', 'json'] as const;
const kinds = modes.flatMap((mode) => formats.map((format) => ({ mode, format })));

/** A push as WeChat would send it, as bytes. */
function push(
  mode: (typeof modes)[number],
  format: (typeof formats)[number] = 'xml',
  of = account,
): RawPush {
  const { query, body } = sealPush(fields, of, { mode, format, ...times, random16 });
  return { query, body: Buffer.from(body) };
}

/** A push with another query or body. */
function altered(raw: RawPush, query: Partial<PushQuery>, body?: string): RawPush {
  return {
    query: { ...raw.query, ...query },
    body: body === undefined ? raw.body : Buffer.from(body),
  };
}

/** Leaves parameters out. */
function without(raw: RawPush, ...names: (keyof PushQuery)[]): RawPush {
  const query = Object.fromEntries(
    Object.entries(raw.query).filter(([name]) => !names.some((other) => other === name)),
  );
  return { ...raw, query };
}

test.each(vectorsOf('biz.decrypt'))('unseals as published: $name', ({ input, expected }) => {
  const {
    token = '',
    encodingAESKey = '',
    receiveId = '',
    timestamp = '',
    nonce = '',
    encrypt = '',
  } = input;
  const of = createAccount({ token, appId: receiveId, aesKey: encodingAESKey });
  const body =
    input['body'] ??
    `<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
  const query = {
    timestamp,
    nonce,
    msgSignature: input['msg_signature'] ?? '',
    encryptType: 'aes',
  };
  const unsealed = unseal({ query, body: Buffer.from(body) }, of, { mode: 'safe' });
  expect(unsealed.text).toBe(expected['msg']);
  expect(unsealed.receiveId).toBe(receiveId);
});

test.each(vectorsOf('biz.decrypt.reject'))('refuses as published: $name', ({ input }) => {
  const {
    token = '',
    encodingAESKey = '',
    receiveId = '',
    timestamp = '',
    nonce = '',
    encrypt = '',
  } = input;
  const of = createAccount({ token, appId: receiveId, aesKey: encodingAESKey });
  const query = {
    timestamp,
    nonce,
    msgSignature: input['msg_signature'] ?? '',
    encryptType: 'aes',
  };
  const body = Buffer.from(`<xml><Encrypt>${encrypt}</Encrypt></xml>`);
  expect(codeOf(() => unseal({ query, body }, of))).toBe('WXD1001');
});

test.each(vectorsOf('biz.encryptReply'))(
  'seals replies as published: $name',
  ({ input, expected }) => {
    const {
      token = '',
      encodingAESKey = '',
      receiveId = '',
      timestamp = '',
      nonce = '',
      msg = '',
    } = input;
    const of = createAccount({ token, appId: receiveId, aesKey: encodingAESKey });
    const random = Buffer.from(input['random16'] ?? '');
    const made = { timestamp, nonce, random16: random };
    const json = seal(msg, of, { format: 'json', ...made });
    const reply = {
      Encrypt: expected['encrypt'],
      MsgSignature: expected['msgSignature'],
      TimeStamp: 1713424427,
      Nonce: nonce,
    };
    expect(json).toBe(JSON.stringify(reply));
    const xml = seal(msg, of, { format: 'xml', ...made });
    expect({ ...parseXml(xml) }).toEqual({ ...reply, TimeStamp: timestamp });
    expect(xml).toContain(`<TimeStamp>${timestamp}</TimeStamp>`);
  },
);

test.each(vectorsOf('wecom.verifyUrl'))(
  'verifies the URL for WeCom as published: $name',
  ({ input, expected }) => {
    const {
      token = '',
      encodingAESKey = '',
      receiveId = '',
      timestamp = '',
      nonce = '',
      echostr = '',
    } = input;
    const of = createAccount({ token, appId: receiveId, aesKey: encodingAESKey });
    const query = { timestamp, nonce, echostr, msgSignature: input['msg_signature'] ?? '' };
    expect(verifyEchostr(query, of)).toBe(expected['replyBody']);
    expect(codeOf(() => verifyEchostr({ ...query, nonce: '1' }, of))).toBe('WXD1001');
  },
);

test.each(formats)(
  'does not decrypt a captured push for who sends it as a verification: %s',
  (format) => {
    const { query, body } = sealPush(fields, account, { mode: 'safe', format, ...times, random16 });
    const cipherText = textOf(format === 'xml' ? parseXml(body) : parseJson(body), 'Encrypt') ?? '';
    const { signature: _, ...replayed } = query;
    const error = errorOf(() => verifyEchostr({ ...replayed, echostr: cipherText }, account));
    expect(error.code).toBe('WXD1206');
    expect(JSON.stringify(error.details)).not.toContain('hello');
  },
);

test('gives the echostr back as it came', () => {
  for (const echostr of ['4375120948345356249', '007', 'a+b/c==', '😀']) {
    const query = parsePushQuery(formatPushQuery(signEchostr(account, { ...times, echostr })));
    expect(verifyEchostr(query, account)).toBe(echostr);
  }
});

test('never gives an echostr back whose signature is wrong', () => {
  const query = signEchostr(account, { ...times, echostr: '123' });
  const other = { ...account, token: 'another' };
  expect(codeOf(() => verifyEchostr(query, other))).toBe('WXD1001');
  expect(codeOf(() => verifyEchostr({ ...query, timestamp: '1' }, account))).toBe('WXD1001');
});

test.each(['signature', 'timestamp', 'nonce', 'echostr'] as const)(
  'names the missing parameter %s',
  (name) => {
    const query = parsePushQuery(
      formatPushQuery(signEchostr(account, { ...times, echostr: '123' })).replace(`${name}=`, 'x='),
    );
    const error = errorOf(() => verifyEchostr(query, account));
    expect(error).toMatchObject({ code: 'WXD1002', details: { parameter: name } });
  },
);

test('lists what came when a parameter is missing, and nothing when nothing came', () => {
  const some = errorOf(() => verifyEchostr({ echostr: '1', nonce: '2' }, account));
  expect(some.details).toMatchObject({ parameter: 'signature', present: ['echostr', 'nonce'] });
  expect(errorOf(() => verifyEchostr({}, account)).details).toMatchObject({ present: [] });
});

test.each(kinds)('unseals what WeChat seals: $mode, $format', ({ mode, format }) => {
  const raw = push(mode, format);
  const unsealed = unseal(raw, account, { mode });
  expect(unsealed).toMatchObject({ mode, format });
  expect({ ...unsealed.fields }).toEqual({ ...fields });
  expect(unsealed.key?.text).toBe(mode === 'plain' ? undefined : account.aesKey?.text);
  expect(raw.query.openid).toBe('oWxDev_Alice_000000000000001');
  expect(raw.query.encryptType).toBe(mode === 'plain' ? undefined : 'aes');
});

test('shows nothing of the message in safe mode', () => {
  const { body } = sealPush(fields, account, { mode: 'safe', format: 'xml', ...times, random16 });
  expect(Object.keys(parseXml(body))).toEqual(['ToUserName', 'Encrypt']);
});

test('takes raw and no encrypt_type as plaintext, aes as encrypted, nothing else', () => {
  const plain = push('plain');
  expect(unseal(altered(plain, { encryptType: 'raw' }), account).mode).toBe('plain');
  expect(codeOf(() => unseal(altered(plain, { encryptType: 'AES' }), account))).toBe('WXD1108');
  expect(codeOf(() => unseal(altered(plain, { encryptType: 'aes' }), account))).toBe('WXD1002');
  // WeCom sends msg_signature only.
  expect(unseal(without(push('safe'), 'encryptType', 'signature'), account).mode).toBe('safe');
});

test('refuses plaintext in safe mode, however well it is signed', () => {
  expect(codeOf(() => unseal(push('plain'), account, { mode: 'safe' }))).toBe('WXD1106');
  // An encrypted push with the announcement of encryption taken away.
  for (const mode of ['safe', 'compat'] as const) {
    const stripped = without(push(mode), 'encryptType');
    expect(codeOf(() => unseal(stripped, account, { mode: 'safe' }))).toBe('WXD1106');
    const raw = altered(push(mode), { encryptType: 'raw' });
    expect(codeOf(() => unseal(raw, account, { mode: 'safe' }))).toBe('WXD1106');
  }
  expect(
    codeOf(() => unseal(altered(push('plain'), { nonce: '1' }), account, { mode: 'safe' })),
  ).toBe('WXD1001');
  expect(unseal(push('plain'), account, { mode: 'compat' }).mode).toBe('plain');
  expect(unseal(push('safe'), account, { mode: 'plain' }).mode).toBe('safe');
});

test('does not take signature for msg_signature in an encrypted push', () => {
  const raw = push('safe');
  const swapped = altered(raw, { msgSignature: raw.query.signature ?? '' });
  expect(errorOf(() => unseal(swapped, account))).toMatchObject({
    code: 'WXD1001',
    details: { kind: 'msg_signature', hint: 'three-values' },
  });
  // In safe mode signature counts for nothing, neither good nor bad.
  expect(unseal(altered(raw, { signature: 'x' }), account, { mode: 'safe' }).mode).toBe('safe');
  expect(unseal(without(raw, 'signature'), account, { mode: 'safe' }).mode).toBe('safe');
});

test('in compat mode believes the decrypted text and checks both signatures', () => {
  const raw = push('compat');
  const forged = raw.body.toString().replace('hello', 'forged');
  expect(unseal(altered(raw, {}, forged), account).text).toContain('hello');
  expect(codeOf(() => unseal(altered(raw, { signature: 'x' }), account))).toBe('WXD1001');
  expect(unseal(without(raw, 'signature'), account).mode).toBe('compat');
});

test('in compat mode without a key reads the clear fields, verified by both signatures', () => {
  const { aesKey: _, ...keyless } = account;
  const raw = push('compat');
  const unsealed = unseal(raw, keyless);
  expect(unsealed).toMatchObject({ mode: 'compat', format: 'xml' });
  expect(unsealed.fields['Content']).toBe('hello ]]> 你好 😀');
  expect(codeOf(() => unseal(without(raw, 'signature'), keyless))).toBe('WXD1002');
  expect(codeOf(() => unseal(altered(raw, { signature: 'x' }), keyless))).toBe('WXD1001');
  expect(codeOf(() => unseal(raw, keyless, { mode: 'safe' }))).toBe('WXD1105');
  expect(codeOf(() => unseal(push('safe'), keyless))).toBe('WXD1105');
});

test('while keys rotate, unseals with the old one and answers with it', () => {
  const old = createAccount({
    token: account.token,
    appId: 'wx1234567890abcdef',
    aesKey: 'B'.repeat(43),
  });
  const rotating: Account = { ...account, ...(old.aesKey && { previousAesKey: old.aesKey }) };
  const { key, receiveId } = unseal(push('safe', 'xml', old), rotating);
  expect(key?.text).toBe('B'.repeat(43));
  const reply = seal('<xml></xml>', rotating, {
    format: 'xml',
    ...times,
    random16,
    key,
    receiveId,
  });
  expect(reply).toBe(seal('<xml></xml>', old, { format: 'xml', ...times, random16 }));
});

test('without an AppId answers with the id that came', () => {
  const { appId: _, ...anonymous } = account;
  const { receiveId } = unseal(push('safe'), anonymous);
  expect(receiveId).toBe('wx1234567890abcdef');
  const made = { format: 'json', ...times, random16 } as const;
  expect(seal('x', anonymous, { ...made, receiveId })).toBe(seal('x', account, made));
  expect(seal('x', anonymous, made)).not.toBe(seal('x', account, made));
});

test('seals a push without an AppId for a receiver without one', () => {
  const { appId: _, ...anonymous } = account;
  expect(unseal(push('safe', 'xml', anonymous), anonymous).receiveId).toBe('');
  expect(codeOf(() => unseal(push('safe', 'xml', anonymous), account))).toBe('WXD1102');
});

test('refuses to seal without a key', () => {
  const made = { format: 'xml', ...times, random16 } as const;
  expect(codeOf(() => seal('x', { token: 'abc' }, made))).toBe('WXD1105');
  expect(codeOf(() => sealPush(fields, { token: 'abc' }, { mode: 'safe', ...made }))).toBe(
    'WXD1105',
  );
});

test.each(['signature', 'msgSignature', 'timestamp', 'nonce'] as const)(
  'refuses an encrypted push with any byte of %s altered or cut',
  (name) => {
    const raw = push('compat');
    const value = raw.query[name] ?? '';
    for (let index = 0; index < value.length; index += 1) {
      const changed = String.fromCharCode(value.charCodeAt(index) ^ 1);
      const texts = [
        value.slice(0, index) + changed + value.slice(index + 1),
        value.slice(0, index) + value.slice(index + 1),
        value.slice(0, index),
      ];
      for (const text of texts) {
        expect(codeOf(() => unseal(altered(raw, { [name]: text }), account))).toBe('WXD1001');
      }
    }
  },
);

test('refuses a push with any byte of Encrypt altered', () => {
  const raw = push('safe');
  const text = raw.body.toString();
  const start = text.indexOf('<Encrypt><![CDATA[') + '<Encrypt><![CDATA['.length;
  const end = text.indexOf(']]>', start);
  for (let index = start; index < end; index += 1) {
    const changed = text[index] === 'A' ? 'B' : 'A';
    const body = text.slice(0, index) + changed + text.slice(index + 1);
    expect(codeOf(() => unseal(altered(raw, {}, body), account))).toBe('WXD1001');
  }
});

test.each(kinds)('refuses a body cut anywhere: $mode, $format', ({ mode, format }) => {
  const raw = push(mode, format);
  for (let length = 0; length < raw.body.length; length += 1) {
    const cut = { ...raw, body: raw.body.subarray(0, length) };
    expect(codeOf(() => unseal(cut, account))).toMatch(/^WXD1(2|10[17])/u);
  }
});

test.each([
  ['', 'WXD1205'],
  [' \r\n\t', 'WXD1205'],
  ['\u{FEFF}', 'WXD1205'],
  ['hello', 'WXD1206'],
  ['Content=hello', 'WXD1206'],
  ['[]', 'WXD1206'],
  ['<xml><a>', 'WXD1201'],
  ['<html></html>', 'WXD1201'],
  ['{"a":', 'WXD1203'],
])('refuses the body %j', (body, code) => {
  const plain = push('plain');
  expect(codeOf(() => unseal(altered(plain, {}, body), account))).toBe(code);
  expect(codeOf(() => unseal(altered(push('safe'), {}, body), account))).toBe(code);
});

test.each([
  ['<xml><ToUserName>a</ToUserName></xml>', ['ToUserName']],
  ['<xml><Encrypt></Encrypt></xml>', ['Encrypt']],
  ['<xml><Encrypt><a>1</a></Encrypt></xml>', ['Encrypt']],
  ['{}', []],
])('wants Encrypt in the body of an encrypted push: %s', (body, names) => {
  const error = errorOf(() => unseal(altered(push('safe'), {}, body), account));
  expect(error).toMatchObject({ code: 'WXD1107', details: { fields: names } });
});

test('refuses a body over the limit before looking at it, and one that is not UTF-8', () => {
  const plain = push('plain');
  const large = { ...plain, body: Buffer.alloc(10 * maxBodyBytes) };
  expect(errorOf(() => unseal(large, account))).toMatchObject({
    code: 'WXD1204',
    details: { sizeBytes: 10 * maxBodyBytes, limitBytes: maxBodyBytes },
  });
  const largest = { ...plain, body: Buffer.alloc(maxBodyBytes, ' ') };
  expect(codeOf(() => unseal(largest, account))).toBe('WXD1205');
  const gbk = Buffer.concat([Buffer.from('<xml>'), Buffer.from([0xc4, 0xe3])]);
  const error = errorOf(() => unseal({ ...plain, body: gbk }, account));
  expect(error).toMatchObject({ code: 'WXD1208', details: { at: 5 } });
});

test('verifies before it reads: an unsigned body is not parsed in plain mode', () => {
  const bad = altered(push('plain'), { signature: 'x' }, '<!DOCTYPE a><xml/>');
  expect(codeOf(() => unseal(bad, account))).toBe('WXD1001');
});

test('says that the Token is right when only Encrypt changed', () => {
  const raw = push('safe');
  const body = raw.body.toString().replace(/(<Encrypt><!\[CDATA\[)..../u, '$1AAAA');
  expect(errorOf(() => unseal(altered(raw, {}, body), account)).details).toMatchObject({
    hint: 'token-right',
  });
});

test('sends a text exactly as it is, malformed or not', () => {
  const made = { format: 'xml', ...times, random16 } as const;
  for (const text of ['<xml><a>', 'rubbish', ' <xml>\r\n<Content>1</Content></xml>']) {
    expect(sealPush(text, account, { mode: 'plain', ...made }).body).toBe(text);
    const { query, body } = sealPush(text, account, { mode: 'safe', ...made });
    expect(query.openid).toBeUndefined();
    expect(query.msgSignature).toBe(
      sign(account.token, times.timestamp, times.nonce, textOf(parseXml(body), 'Encrypt') ?? ''),
    );
  }
  const text = formatXml(fields);
  const { query, body } = sealPush(text, account, { mode: 'compat', ...made });
  expect(query.openid).toBe('oWxDev_Alice_000000000000001');
  expect(unseal({ query, body: Buffer.from(body) }, account).text).toBe(text);
  expect(codeOf(() => sealPush('<xml>', account, { mode: 'compat', ...made }))).toBe('WXD1201');
});

test('seals and unseals any text in every mode', () => {
  const content = fc.string({ unit: 'grapheme', maxLength: 100 });
  fc.assert(
    fc.property(content, fc.constantFrom(...kinds), (value, { mode, format }) => {
      const message = { ...fields, Content: value };
      const { query, body } = sealPush(message, account, { mode, format, ...times, random16 });
      const received = parsePushQuery(formatPushQuery(query));
      const unsealed = unseal({ query: received, body: Buffer.from(body) }, account, { mode });
      expect(unsealed.fields['Content']).toBe(value);
    }),
    { numRuns: 150 },
  );
});

test('never fails in an unknown way, whatever the bytes', () => {
  const text = fc.constantFrom(
    '<xml>',
    '</xml>',
    '<a>',
    '<![CDATA[',
    ']]>',
    '&#0;',
    '{"',
    '":',
    '}',
    '\0',
    '\r',
  );
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(text).map((parts) => Buffer.from(parts.join(''))),
  );
  const query = fc.constantFrom<PushQuery>(
    push('plain').query,
    push('safe').query,
    { encryptType: 'aes' },
    {},
  );
  fc.assert(
    fc.property(bytes, query, (body, parameters) => {
      try {
        unseal({ query: parameters, body }, account);
      } catch (error) {
        expect(error).toMatchObject({ name: 'WxDevError' });
      }
    }),
    { numRuns: 500 },
  );
});

test('keeps 64-bit numbers and leading zeros through the envelope', () => {
  const message = { ...fields, MsgId: '18446744073709551615', Content: '007' };
  for (const { mode, format } of kinds) {
    const { query, body } = sealPush(message, account, { mode, format, ...times, random16 });
    const unsealed = unseal({ query, body: Buffer.from(body) }, account);
    expect(unsealed.fields).toMatchObject({ MsgId: '18446744073709551615', Content: '007' });
    if (format === 'json') expect(unsealed.text).toContain('"MsgId":18446744073709551615');
    if (format === 'json') expect(parseJson(unsealed.text)['Content']).toBe('007');
  }
});

test.each(['timestamp', 'nonce'] as const)('refuses a %s longer than any of WeChat’s', (name) => {
  const raw = sealPush(fields, account, { mode: 'safe', format: 'xml', ...times, random16 });
  const long = '1'.repeat(64);
  const query = { ...raw.query, [name]: long };
  const encrypt = textOf(parseXml(raw.body), 'Encrypt') ?? '';
  const { timestamp = '', nonce = '' } = query;
  const msgSignature = sign(account.token, timestamp, nonce, encrypt);
  const push = { query: { ...query, msgSignature }, body: Buffer.from(raw.body) };
  expect(errorOf(() => unseal(push, account))).toMatchObject({
    code: 'WXD1152',
    details: { parameter: name, length: 64, limit: 63 },
  });
});
