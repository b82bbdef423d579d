// WeChat's server API: https://developers.weixin.qq.com/doc/service/guide/dev/api/

const TIMEOUT_MS = 5000;
/** A token lives two hours; a new one is fetched five minutes before. */
const EARLY_S = 300;
/** The token is wrong or over, because somebody else fetched a new one. */
const TOKEN_ERRORS = [40001, 40014, 42001];
/** The code of a login is wrong, used, or older than five minutes. */
const CODE_ERRORS = [40029, 40163, 41008, 42003];

/** WeChat refused a call. The text names the path without its query, which has the token. */
export class WechatError extends Error {
  readonly errcode: number;

  constructor(path: string, { errcode, errmsg }: Answer) {
    super(`${path}: errcode ${errcode} ${errmsg}`);
    this.errcode = Number(errcode);
  }

  get isBadCode(): boolean {
    return CODE_ERRORS.includes(this.errcode);
  }
}

interface Answer {
  readonly [name: string]: unknown;
}

/** Who has logged in. The session_key decrypts what the user shares: it never leaves the server. */
export interface WechatUser {
  readonly openid: string;
  readonly sessionKey: string;
}

export class WechatClient {
  readonly #base: string;
  readonly #account: { readonly appid: string; readonly secret: string };
  #token: { readonly text: string; readonly freshUntil: number } | undefined;
  #fetching: Promise<string> | undefined;

  constructor({ base, appId, secret }: { base: string; appId: string; secret: string }) {
    this.#base = base.replace(/\/+$/, '');
    this.#account = { appid: appId, secret };
  }

  /** Customer service message (客服消息), for a follower who wrote in the last 48 hours. */
  async sendText(openid: string, content: string): Promise<void> {
    const message = { touser: openid, msgtype: 'text', text: { content } };
    await this.#post('/cgi-bin/message/custom/send', message);
  }

  /** Template message (模板消息). */
  async sendTemplate(options: {
    readonly openid: string;
    readonly templateId: string;
    readonly data: Readonly<Record<string, string>>;
    readonly url?: string | undefined;
  }): Promise<string> {
    const values = Object.entries(options.data).map(([name, value]) => [name, { value }]);
    const { msgid } = await this.#post('/cgi-bin/message/template/send', {
      touser: options.openid,
      template_id: options.templateId,
      url: options.url,
      data: Object.fromEntries(values),
    });
    return String(msgid);
  }

  /** Turns a code of `wx.login` into the user of a mini program. */
  async code2session(code: string): Promise<WechatUser> {
    const path = '/sns/jscode2session';
    const answer = await this.#get(path, { js_code: code, grant_type: 'authorization_code' });
    if (typeof answer.openid !== 'string') throw new WechatError(path, answer);
    return { openid: answer.openid, sessionKey: String(answer.session_key ?? '') };
  }

  /** Turns the code that a web page came back with (网页授权) into the follower's openid. */
  async oauth(code: string): Promise<string> {
    const path = '/sns/oauth2/access_token';
    const answer = await this.#get(path, { code, grant_type: 'authorization_code' });
    if (typeof answer.openid !== 'string') throw new WechatError(path, answer);
    return answer.openid;
  }

  async #post(path: string, body: object): Promise<Answer> {
    const token = await this.#accessToken();
    const answer = await this.#call(`${path}?access_token=${encodeURIComponent(token)}`, body);
    if (!answer.errcode) return answer;
    if (!TOKEN_ERRORS.includes(Number(answer.errcode))) throw new WechatError(path, answer);
    const fresh = encodeURIComponent(await this.#accessToken(token));
    const second = await this.#call(`${path}?access_token=${fresh}`, body);
    if (second.errcode) throw new WechatError(path, second);
    return second;
  }

  #get(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#call(`${path}?${new URLSearchParams({ ...this.#account, ...query })}`);
  }

  /**
   * Fetched once, however many ask at the same time. Stable tokens are the same for all processes:
   * none ends that of another. Not the one that is `stale`, as WeChat has just said.
   */
  async #accessToken(stale?: string): Promise<string> {
    const token = this.#token;
    if (token && token.text !== stale && Date.now() < token.freshUntil) return token.text;
    this.#fetching ??= this.#fetchToken(stale).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchToken(stale: string | undefined): Promise<string> {
    const path = '/cgi-bin/stable_token';
    const asked = { grant_type: 'client_credential', ...this.#account };
    let answer = await this.#call(path, asked);
    // At most 20 a day: only when WeChat itself calls the usual one invalid.
    if (stale !== undefined && answer.access_token === stale) {
      answer = await this.#call(path, { ...asked, force_refresh: true });
    }
    const { access_token: text, expires_in } = answer;
    if (typeof text !== 'string') throw new WechatError(path, answer);
    const lifetimeS = Number(expires_in) || 0;
    // Near its end a token is used on: a negative time would fetch one for each call.
    const freshS = Math.max(lifetimeS - EARLY_S, lifetimeS / 2);
    this.#token = { text, freshUntil: Date.now() + freshS * 1000 };
    return text;
  }

  async #call(target: string, body?: object): Promise<Answer> {
    const path = target.replace(/\?.*/, '');
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const sent = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
      const init = body === undefined ? { signal } : { ...sent, method: 'POST', signal };
      const response = await fetch(this.#base + target, init);
      return Object(await response.json());
    } catch (error) {
      // What fetch says may name the whole URL, secrets included.
      throw new WechatError(path, { errcode: -1, errmsg: errorName(error) });
    }
  }
}

function errorName(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return 'failed';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
