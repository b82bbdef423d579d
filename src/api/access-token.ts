import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { textOf } from '../wechat/fields.ts';
import { postJson, type ApiCall } from './post-json.ts';

/** Who calls the API, and where it is. */
export interface ApiAccount {
  /** `https://api.weixin.qq.com`, or what stands in for it. */
  readonly base: string;
  readonly appId: string;
  readonly secret: string;
}

/** Gives a valid access_token; asks for one only when it has none. */
export interface AccessTokens {
  get(options?: AbortableOptions): Promise<string>;
  /** `token` was refused: the next `get` asks for another, unless that has happened since. */
  forget(token: string): void;
}

const path = '/cgi-bin/stable_token';

/** Taken off the lifetime of a token, in milliseconds: a call under way must not meet its end. */
const marginMs = 60_000;

/**
 * Keeps the access_token of an account. It comes from `stable_token`, which leaves the app's own token valid, and is never forced:
 * that would end a token that others still use.
 *
 * @see https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken 获取稳定版接口调用凭据
 */
export function createAccessTokens(
  { base, appId, secret }: ApiAccount,
  { agent, now = Date.now }: Pick<ApiCall, 'agent'> & { readonly now?: () => number },
): AccessTokens {
  let known: { readonly token: string; readonly until: number } | undefined;
  /** Many messages at once ask once. */
  let asking: Promise<string> | undefined;
  const ask = async (signal: AbortSignal | undefined): Promise<string> => {
    const body = { grant_type: 'client_credential', appid: appId, secret };
    const fields = await postJson({ base, path, body, agent, signal });
    const token = textOf(fields, 'access_token');
    const seconds = Number(textOf(fields, 'expires_in'));
    if (!token || !(seconds > 0)) {
      const start = `{${Object.keys(fields).join(', ')}}`;
      throw new WxDevError('WXD3031', { target: base + path, status: 200, start });
    }
    known = { token, until: now() + seconds * 1000 - marginMs };
    return token;
  };
  return {
    get: ({ signal } = {}) => {
      if (known && now() < known.until) return Promise.resolve(known.token);
      asking ??= ask(signal).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget: (token) => {
      if (known?.token === token) known = undefined;
    },
  };
}
