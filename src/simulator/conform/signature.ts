import { WxDevError, type Words } from '../../core/errors.ts';
import type { PushQuery } from '../../wechat/query.ts';
import { sign } from '../../wechat/signature.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { failed, refused } from './verdict.ts';

/** Right in form, signed by nobody. */
const wrong = '0123456789abcdef0123456789abcdef01234567';

type Change = (query: PushQuery) => PushQuery;

const wrongSignature: Change = (query) => ({
  ...query,
  ...(query.signature === undefined ? {} : { signature: wrong }),
  ...(query.msgSignature === undefined ? {} : { msgSignature: wrong }),
});

const noSignature: Change = (query) => {
  const { signature: _signature, msgSignature: _msgSignature, ...rest } = query;
  return rest;
};

const emptyToken: Change = (query) => {
  const { timestamp = '', nonce = '', echostr = '', msgSignature } = query;
  if (msgSignature === undefined) return { ...query, signature: sign('', timestamp, nonce) };
  return { ...query, msgSignature: sign('', timestamp, nonce, echostr) }; // WeCom's.
};

/** Group 2: who may talk to the app. */
export const signatureRules: readonly Rule[] = [
  verifyRule('signature.verify-wrong', wrongSignature, {
    name: ['a GET with a wrong signature is refused', '签名错误的 GET 被拒绝'],
    what: { en: 'a GET with a wrong signature', zh: '签名错误的 GET' },
  }),
  verifyRule('signature.verify-missing', noSignature, {
    name: ['a GET without signature is refused', '没有 signature 的 GET 被拒绝'],
    what: { en: 'a GET without signature', zh: '没有 signature 的 GET' },
  }),
  verifyRule('signature.empty-token', emptyToken, {
    name: ['a GET signed with an empty Token is refused', '用空 Token 签名的 GET 被拒绝'],
    what: { en: 'a GET signed with an empty Token', zh: '用空 Token 签名的 GET' },
  }),
  pushRule('signature.push-wrong', wrongSignature, {
    name: ['a push with a wrong signature is refused', '签名错误的推送被拒绝'],
    what: { en: 'a push with a wrong signature', zh: '签名错误的推送' },
  }),
  pushRule('signature.push-missing', noSignature, {
    name: ['a push without signature is refused', '没有签名的推送被拒绝'],
    what: { en: 'a push without signature', zh: '没有签名的推送' },
  }),
  {
    id: 'signature.msg-signature',
    group: 'signature',
    name: {
      en: 'encrypted pushes are verified by msg_signature, not by signature',
      zh: '加密推送用 msg_signature 验证，而不是 signature',
    },
    check: checkMsgSignature,
  },
];

interface Texts {
  readonly name: readonly [en: string, zh: string];
  readonly what: Words;
}

function verifyRule(id: string, query: Change, { name: [en, zh], what }: Texts): Rule {
  const check = async (probe: Probe): Promise<Finding> => {
    const echostr = '5833012345678901234';
    const reply = await probe.verify({ what, query, echostr });
    const body = Buffer.from(reply.answer?.body ?? []);
    if (body.includes(echostr)) return failed(reply, new WxDevError('WXD2152', { rule: id, what }));
    return refused(reply, { rule: id, what, taken: 'WXD2151' });
  };
  return { id, group: 'signature', name: { en, zh }, check };
}

function pushRule(id: string, query: Change, { name: [en, zh], what }: Texts): Rule {
  const check = async (probe: Probe): Promise<Finding> => {
    const reply = await probe.push({ what, fields: probe.makePush('text'), query });
    return refused(reply, { rule: id, what, taken: 'WXD2151' });
  };
  return { id, group: 'signature', name: { en, zh }, check };
}

/**
 * A right `signature` says nothing about the body: with a wrong `msg_signature` beside it the push must be refused. And one that is
 * refused although both are right may be compared with the wrong parameter, which a third push shows.
 */
async function checkMsgSignature(probe: Probe): Promise<Finding> {
  const rule = 'signature.msg-signature';
  if (probe.target.account.aesKey === undefined || probe.target.mode === 'plain') {
    return skipped('needs an EncodingAESKey', '需要 EncodingAESKey');
  }
  const mode = probe.mode;
  const what = { en: 'a push with a wrong msg_signature', zh: 'msg_signature 错误的推送' };
  const send = (text: Words, query?: Change): Promise<Reply> =>
    probe.push({ what: text, fields: probe.makePush('text'), mode, query });
  const forged = await send(what, (query) => ({ ...query, msgSignature: wrong }));
  const finding = refused(forged, { rule, what, taken: 'WXD2151' });
  if (finding.type === 'failed') return finding;
  const right = await send({ en: 'a push signed as WeChat does', zh: '按微信方式签名的推送' });
  if (right.judged.status === 200) return passed;
  const swapped = await send(
    { en: 'msg_signature in signature', zh: 'signature 里放 msg_signature' },
    (query) => ({
      ...query,
      ...(query.msgSignature === undefined ? {} : { signature: query.msgSignature }),
    }),
  );
  // When both are refused the encrypted group says what is wrong.
  if (swapped.judged.status !== 200) return passed;
  return failed(right, new WxDevError('WXD2155', { rule, status: right.judged.status }));
}
