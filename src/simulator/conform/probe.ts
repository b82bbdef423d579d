import { randomBytes, randomInt } from 'node:crypto';
import type { Words } from '../../core/errors.ts';
import { isAlwaysEncrypted, receiveIdsOf, type Format, type Mode } from '../../wechat/account.ts';
import { sealPush, signEchostr } from '../../wechat/seal.ts';
import { attempt } from '../../wechat/attempt.ts';
import { fieldsOf, textOf, type Fields } from '../../wechat/fields.ts';
import { parseJson } from '../../wechat/json.ts';
import { asWorkPushes, formatFor } from '../../wechat/work/as-pushed.ts';
import { judgeAnswer, judgeEchostr } from '../../wechat/judge.ts';
import { formatFields } from '../../wechat/body.ts';
import { parseMessage } from '../../wechat/message.ts';
import type { PushQuery } from '../../wechat/query.ts';
import { makePush } from '../../wechat/samples.ts';
import { judgeEnd, type Judged } from '../judge-end.ts';
import type { ReceivedAnswer, SentRequest } from '../outcome.ts';
import { getRequest, postRequest } from '../push-request.ts';
import { sendRequest } from '../request.ts';
import { requestOptionsOf } from '../target.ts';
import { describeAnswer } from './describe.ts';
import { wechatTimeoutMs, type ConformTarget } from './target.ts';

/** The account that the pushes are for: `gh_` and twelve hex digits, invented. */
const accountId = 'gh_0f1e2d3c4b5a';

/**
 * Padding byte of encrypted pushes where nothing else is asked for. Below 17, so that an app with 16-byte padding fails the one rule
 * about padding and not, by chance, half of all.
 */
const usualPadding = 7;

/** Padding block of WXBizMsgCrypt, in bytes. */
const paddingBlock = 32;

/** Random bytes and length in front of the text, in bytes. */
const headBytes = 20;

/** A request that was answered, or not. */
export interface Reply {
  readonly sent: Words;
  readonly received: Words;
  readonly judged: Judged;
  readonly answer?: ReceivedAnswer | undefined;
  /** Whether the body began with a byte order mark; the judgement is about what follows it. */
  readonly hasBom: boolean;
  /** Whether the follower would see something. */
  readonly hasReply: boolean;
  /** Content, where the app replied with text. */
  readonly content?: string | undefined;
}

/** A push to be sent. */
export interface Push {
  /** What it is, for the report. */
  readonly what: Words;
  readonly fields: Fields;
  /** Sent instead of the fields, as it is. */
  readonly text?: string | undefined;
  /** @default the mode of the target */
  readonly mode?: Mode | undefined;
  /** Padding byte of the encrypted text, 1 to 32; 0 leaves the text as it is. @default 7 */
  readonly padding?: number | undefined;
  /** Changes the signed query. */
  readonly query?: ((query: PushQuery) => PushQuery) | undefined;
}

/** A verification to be sent. */
export interface Verification {
  readonly what: Words;
  readonly echostr?: string | undefined;
  /** Changes the signed query. */
  readonly query?: ((query: PushQuery) => PushQuery) | undefined;
}

/** Asks the app under test, as WeChat would. Remembers what several rules need to know, and every follower it has played. */
export class Probe {
  readonly target: ConformTarget;
  readonly #followers: string[] = [];
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(target: ConformTarget) {
    this.target = target;
  }

  /** The mode of rules that look at one mode only. */
  get mode(): Mode {
    const { mode, account } = this.target;
    if (isAlwaysEncrypted(account)) return 'safe';
    return mode ?? (account.aesKey === undefined ? 'plain' : 'safe');
  }

  get format(): Format {
    return formatFor(this.target.account, this.target.format ?? 'xml');
  }

  get isBot(): boolean {
    return this.target.account.kind === 'work-bot';
  }

  get url(): URL {
    return new URL(this.target.url);
  }

  get timeoutMs(): number {
    return this.target.timeoutMs ?? wechatTimeoutMs;
  }

  /** The followers that were played so far. */
  get followers(): readonly string[] {
    return this.#followers;
  }

  /** A follower nobody has heard of: 28 characters, as long as an openid is. */
  newFollower(): string {
    const follower = `oWxDev_${randomBytes(15).toString('base64url')}0`.slice(0, 28);
    this.#followers.push(follower);
    return follower;
  }

  /** The fields of a push of this kind, from a new follower unless `from` is given. */
  makePush(
    kind: string,
    overrides: Record<string, string> = {},
    from = this.newFollower(),
  ): Fields {
    const seconds = Math.floor(Date.now() / 1000);
    const fields = makePush(kind, overrides, {
      from,
      to: accountId,
      createTime: seconds,
      msgId: `${seconds}${String(randomInt(1e9)).padStart(9, '0')}`,
    });
    return asWorkPushes(fields, this.target.account);
  }

  /** What `find` found, once for all rules that ask. */
  once<T>(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) ?? find();
    this.#known.set(key, known);
    return known as Promise<T>; // The key belongs to one caller, and so does its type.
  }

  /** Sends the GET by which WeChat verifies the URL. */
  async verify({ what, query = same, ...options }: Verification): Promise<Reply> {
    const echostr = options.echostr ?? newEchostr();
    const { account } = this.target;
    const signed = query(
      signEchostr(account, { ...freshness(), echostr, random16: randomBytes(16) }),
    );
    const end = await this.request(getRequest(this.url, signed));
    const judged = judgeEnd(end, (answer) => {
      const { accepted, faults } = judgeEchostr({ ...answer, expected: echostr });
      return { accepted, visible: 'nothing', summary: '', faults, warnings: [] };
    });
    return this.#reply(what, judged);
  }

  /** Sends a push, once. */
  async push(push: Push): Promise<Reply> {
    const { account } = this.target;
    const mode = push.mode ?? this.mode;
    const encrypted = mode !== 'plain';
    const { request, query } = this.seal(push);
    const message = parseMessage(push.fields);
    const end = await this.request(request);
    const judged = judgeEnd(end, (answer) =>
      judgeAnswer({
        ...answer,
        body: withoutBom(answer.body),
        format: this.format,
        encrypted,
        mode,
        push: message,
        query,
        account,
      }),
    );
    return this.#reply(inMode(push.what, mode), judged);
  }

  /** The request of a push, signed and encrypted. */
  seal(push: Push): { request: SentRequest; query: PushQuery } {
    const mode = push.mode ?? this.mode;
    const sealed = sealPush(this.#textOf(push, mode), this.target.account, {
      mode,
      format: this.format,
      ...freshness(),
      random16: randomBytes(16),
    });
    const query = (push.query ?? same)(sealed.query);
    return { request: this.post(query, sealed.body), query };
  }

  /** A POST as WeChat sends it. */
  post(query: PushQuery, body: string): SentRequest {
    return postRequest(this.url, { query, body }, this.format);
  }

  /** Sends a request that is no push, or one that was made by hand. */
  request(request: SentRequest): ReturnType<typeof sendRequest> {
    return sendRequest(request, requestOptionsOf({ ...this.target, timeoutMs: this.timeoutMs }));
  }

  #textOf({ fields, text, padding = usualPadding }: Push, mode: Mode): Fields | string {
    if (mode === 'plain' || padding === 0) return text ?? fields;
    const whole = text ?? formatFields(fields, this.format);
    const idBytes = Buffer.byteLength(receiveIdsOf(this.target.account)?.[0] ?? '');
    const over = (headBytes + Buffer.byteLength(whole) + idBytes + padding) % paddingBlock;
    return widen(whole, (paddingBlock - over) % paddingBlock);
  }

  #reply(sent: Words, judged: Judged): Reply {
    const { response, reply, text, accepted } = judged;
    const said = this.isBot ? botContentOf(text) : undefined;
    return {
      sent,
      judged,
      received: describeAnswer(judged),
      answer: response,
      hasBom: response !== undefined && startsWithBom(response.body),
      hasReply: reply !== undefined || (this.isBot && accepted && Boolean(text)),
      content: reply?.type === 'text' ? reply.content : said,
    };
  }
}

/** What a bot says: a stream, or a text to who enters. */
function botContentOf(text = ''): string | undefined {
  const fields = attempt(() => parseJson(text)).value ?? {};
  const own = fieldsOf(fields, 'stream') ?? fieldsOf(fields, 'text') ?? {};
  return textOf(own, 'content');
}

/** `text` with line ends where they mean nothing, after the first tag or brace; WeChat's own samples have some there. */
export function widen(text: string, bytes: number): string {
  return text.replace(/<xml>|^\{/u, (start) => start + '\n'.repeat(bytes));
}

/** Ten digits and nine: what a new push is signed with. */
export function freshness(): { timestamp: string; nonce: string } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return { timestamp, nonce: String(randomInt(1e8, 1e9)) };
}

/** 19 digits, as WeChat's: more than a number can hold. */
function newEchostr(): string {
  return `9${String(randomInt(1e9)).padStart(9, '0')}${String(randomInt(1e9)).padStart(9, '0')}`;
}

function same(query: PushQuery): PushQuery {
  return query;
}

function startsWithBom(body: Uint8Array): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}

function withoutBom(body: Uint8Array): Uint8Array {
  return startsWithBom(body) ? body.subarray(3) : body;
}

const modeNames: Record<Mode, string> = { plain: '明文', compat: '兼容', safe: '安全' };

function inMode(what: Words, mode: Mode): Words {
  const { en, zh } = typeof what === 'string' ? { en: what, zh: what } : what;
  return { en: `${en}, ${mode} mode`, zh: `${zh}，${modeNames[mode]}模式` };
}
