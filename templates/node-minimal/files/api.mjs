// @ts-check
// WeChat's server API: one access token for all who need it, and customer service messages.
// https://developers.weixin.qq.com/doc/service/guide/dev/api/

const TIMEOUT_MS = 5000;
/** A token lives two hours; a new one is fetched five minutes before. */
const EARLY_S = 300;
/** The token is wrong or over, because somebody else fetched a new one. */
const TOKEN_ERRORS = [40001, 40014, 42001];

export class WechatApi {
  #base;
  #account;
  /** @type {{ text: string, freshUntil: number } | undefined} */
  #token;
  /** @type {Promise<string> | undefined} */
  #fetching;

  /** @param {{ base?: string | undefined, appId: string, secret: string }} options */
  constructor({ base, appId, secret }) {
    this.#base = (base || 'https://api.weixin.qq.com').replace(/\/+$/, '');
    this.#account = { appid: appId, secret };
  }

  /**
   * Sends text to a follower who wrote in the last 48 hours.
   * @param {string} openid @param {string} content
   */
  async sendText(openid, content) {
    const message = { touser: openid, msgtype: 'text', text: { content } };
    await this.#post('/cgi-bin/message/custom/send', message);
  }

  /** @param {string} path @param {unknown} body */
  async #post(path, body) {
    const token = await this.#accessToken();
    const answer = await this.#call(`${path}?access_token=${encodeURIComponent(token)}`, body);
    if (!answer.errcode) return answer;
    if (!TOKEN_ERRORS.includes(answer.errcode)) throw apiError(path, answer);
    const fresh = await this.#accessToken(token);
    const second = await this.#call(`${path}?access_token=${encodeURIComponent(fresh)}`, body);
    if (second.errcode) throw apiError(path, second);
    return second;
  }

  /**
   * Fetched once, however many ask at the same time: a new token soon ends the one before.
   * @param {string} [stale] what WeChat has just called invalid
   */
  async #accessToken(stale) {
    const token = this.#token;
    if (token && token.text !== stale && Date.now() < token.freshUntil) return token.text;
    this.#fetching ??= this.#fetchToken(stale).finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  /** @param {string | undefined} stale @returns {Promise<string>} */
  async #fetchToken(stale) {
    const path = '/cgi-bin/stable_token';
    const asked = { grant_type: 'client_credential', ...this.#account };
    let answer = await this.#call(path, asked);
    // At most 20 a day: only when WeChat itself calls the usual one invalid.
    if (stale !== undefined && answer.access_token === stale) {
      answer = await this.#call(path, { ...asked, force_refresh: true });
    }
    const { access_token: text, expires_in } = answer;
    if (typeof text !== 'string') throw apiError(path, answer);
    const lifetimeS = Number(expires_in) || 0;
    // Near its end a token is used on: a negative time would fetch one for each call.
    const freshS = Math.max(lifetimeS - EARLY_S, lifetimeS / 2);
    this.#token = { text, freshUntil: Date.now() + freshS * 1000 };
    return text;
  }

  /** @param {string} path @param {unknown} body @returns {Promise<Record<string, any>>} */
  async #call(path, body) {
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Object(await response.json());
  }
}

/** @param {string} path without its query: that has the token @param {Record<string, any>} answer */
function apiError(path, { errcode, errmsg }) {
  return new Error(`${path}: errcode ${errcode} ${errmsg}`);
}
