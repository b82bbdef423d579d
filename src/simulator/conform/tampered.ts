import { createCipheriv, randomBytes } from 'node:crypto';
import type { Words } from '../../core/errors.ts';
import { isWork, receiveIdsOf, type Account, type AesKey } from '../../wechat/account.ts';
import { formatFields } from '../../wechat/body.ts';
import { createFields, textOf } from '../../wechat/fields.ts';
import { sign } from '../../wechat/signature.ts';
import { judgeEnd } from '../judge-end.ts';
import { describeAnswer } from './describe.ts';
import { freshness, widen, type Probe } from './probe.ts';
import { skipped, type Finding, type Rule } from './rule.ts';
import { refused } from './verdict.ts';

/** What is encrypted for one of these rules. */
interface Damage {
  /** @default the account's */
  readonly receiveId?: string;
  /** Byte that is written as padding, and how many of them. @default as WeChat does */
  readonly padding?: { readonly byte: number; readonly count: number };
  /** Changes the base64 of the ciphertext; the signature covers what comes out. */
  readonly change?: (cipherText: string) => string;
}

/** An AES block, in bytes. */
const aesBlock = 16;
/** Padding block of WXBizMsgCrypt, in bytes. */
const paddingBlock = 32;

/** Group 7: pushes with a right signature over something that cannot be decrypted. Only who knows the Token can send them. */
export const tamperedRules: readonly Rule[] = [
  rule('tampered.length', {
    name: ['a flipped bit in the length is refused', '长度字段翻转一位时被拒绝'],
    what: ['a push whose length field has a flipped bit', '长度字段翻转了一位的推送'],
    // In CBC the first byte of a block flips the first byte of the next: the length of the text, at byte 16.
    damage: { change: flipFirstBit },
  }),
  rule('tampered.appid', {
    name: ['another AppID behind the text is refused', '正文后是别的 AppID 时被拒绝'],
    what: ['a push for another AppID', '给别的 AppID 的推送'],
    damage: { receiveId: 'wx0000000000000000' },
  }),
  rule('tampered.padding-0', {
    name: ['padding bytes of 0 are refused', '填充字节为 0 时被拒绝'],
    what: ['a push padded with bytes of 0', '填充字节为 0 的推送'],
    damage: { padding: { byte: 0, count: paddingBlock } },
  }),
  rule('tampered.padding-33', {
    name: ['padding bytes of 33 are refused', '填充字节为 33 时被拒绝'],
    what: ['a push padded with bytes of 33', '填充字节为 33 的推送'],
    damage: { padding: { byte: 33, count: 33 } },
  }),
  rule('tampered.base64', {
    name: ['truncated base64 is refused', '被截断的 base64 被拒绝'],
    what: ['a push with truncated base64', 'base64 被截断的推送'],
    damage: { change: (cipherText) => cipherText.slice(0, -7) },
  }),
  rule('tampered.not-base64', {
    name: ['an Encrypt that is no ciphertext is refused', 'Encrypt 不是密文时被拒绝'],
    what: ['a push with "你好" in Encrypt', 'Encrypt 为 "你好" 的推送'],
    damage: { change: () => '你好' },
  }),
];

interface Texts {
  readonly name: readonly [en: string, zh: string];
  readonly what: readonly [en: string, zh: string];
  readonly damage: Damage;
}

function rule(id: string, { name, what, damage }: Texts): Rule {
  return {
    id,
    group: 'tampered',
    name: { en: name[0], zh: name[1] },
    check: (probe) => check(probe, id, { en: what[0], zh: what[1] }, damage),
  };
}

async function check(probe: Probe, id: string, what: Words, damage: Damage): Promise<Finding> {
  const { account } = probe.target;
  const { aesKey } = account;
  if (aesKey === undefined || probe.mode === 'plain') {
    return skipped('needs an EncodingAESKey (WX_AES_KEY)', '需要 EncodingAESKey（WX_AES_KEY）');
  }
  if (damage.receiveId !== undefined && receiveIdsOf(account) === undefined) {
    return skipped('needs the AppID (WX_APPID)', '需要 AppID（WX_APPID）');
  }
  const request = damagedRequest(probe, { account, aesKey, damage });
  const judged = judgeEnd(await probe.request(request), ({ status }) => ({
    accepted: status === 200,
    visible: 'nothing',
    summary: '',
    faults: [],
    warnings: [],
  }));
  const reply = {
    sent: what,
    received: describeAnswer(judged),
    judged,
    answer: judged.response,
    hasBom: false,
    hasReply: false,
  };
  return refused(reply, { rule: id, what, taken: 'WXD2154' });
}

function damagedRequest(
  probe: Probe,
  { account, aesKey, damage }: { account: Account; aesKey: AesKey; damage: Damage },
): ReturnType<Probe['post']> {
  const fields = probe.makePush('text');
  const receiveId = damage.receiveId ?? receiveIdsOf(account)?.[0] ?? '';
  const text = fitTo(formatFields(fields, probe.format), receiveId, damage);
  const cipherText = encrypt(text, receiveId, aesKey, damage);
  const encrypted = damage.change?.(cipherText) ?? cipherText;
  const { timestamp, nonce } = freshness();
  const query = {
    ...(isWork(account)
      ? {}
      : { signature: sign(account.token, timestamp, nonce), encryptType: 'aes' }),
    timestamp,
    nonce,
    msgSignature: sign(account.token, timestamp, nonce, encrypted),
  };
  const to = textOf(fields, 'ToUserName') ?? '';
  const envelope = probe.isBot
    ? createFields([['encrypt', encrypted]])
    : createFields([
        ['ToUserName', to],
        ['Encrypt', encrypted],
      ]);
  return probe.post(query, formatFields(envelope, probe.format));
}

/** A push with line ends so that text and padding fill whole blocks. */
function fitTo(text: string, receiveId: string, { padding }: Damage): string {
  const count = padding?.count ?? 7;
  const over = (aesBlock + 4 + Buffer.byteLength(text + receiveId) + count) % paddingBlock;
  return widen(text, (paddingBlock - over) % paddingBlock);
}

function encrypt(text: string, receiveId: string, key: AesKey, { padding }: Damage): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  const { byte, count } = padding ?? { byte: 7, count: 7 };
  const cipher = createCipheriv('aes-256-cbc', key.bytes, key.iv).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([randomBytes(16), length, Buffer.from(text + receiveId)])),
    cipher.update(Buffer.alloc(count, byte)),
    cipher.final(),
  ]).toString('base64');
}

function flipFirstBit(cipherText: string): string {
  const bytes = Buffer.from(cipherText, 'base64');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 0x80, 0);
  return bytes.toString('base64');
}
