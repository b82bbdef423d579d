// Web page authorization (网页授权): a follower opens /oauth/login in WeChat and comes back logged in.
// https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ApiError, answerError, ok } from '../lib/envelope.ts';
import type { Services } from '../services.ts';
import { limitRequests } from './routes.ts';
import { SESSION_S } from './session.ts';

const AUTHORIZE = 'https://open.weixin.qq.com/connect/oauth2/authorize';
/** A login that takes longer starts again. */
const LOGIN_S = 300;
const COOKIE = 'wx_oauth';

export async function oauthRoutes(app: FastifyInstance, services: Services): Promise<void> {
  const { sessions, client, store, config } = services;
  app.setErrorHandler(answerError);
  await limitRequests(app, store);

  app.get('/login', async (_request, reply) => {
    if (config.PUBLIC_URL === undefined) throw new ApiError(50300, 'PUBLIC_URL is not set');
    // Known to this browser and to us: nobody can make another one finish a login they began.
    const state = randomBytes(16).toString('hex');
    await store.set(`oauth:${state}`, '1', LOGIN_S);
    const query = new URLSearchParams({
      appid: config.WX_APPID,
      redirect_uri: new URL('/oauth/callback', config.PUBLIC_URL).href,
      response_type: 'code',
      scope: 'snsapi_base',
      state,
    });
    const flags = `Max-Age=${LOGIN_S}; Path=/oauth; HttpOnly; SameSite=Lax`;
    const secure = config.PUBLIC_URL.startsWith('https:') ? '; Secure' : '';
    return reply
      .header('Set-Cookie', `${COOKIE}=${state}; ${flags}${secure}`)
      .redirect(`${AUTHORIZE}?${query}#wechat_redirect`);
  });

  app.get<{ Querystring: { code?: string; state?: string } }>(
    '/callback',
    async ({ query, headers }) => {
      const { code = '', state = '' } = query;
      const [, mine] = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(headers.cookie ?? '') ?? [];
      if (state !== mine || (await store.take(`oauth:${state}`)) === undefined) {
        throw new ApiError(40002, 'this login was not started here, or long ago: start again');
      }
      const { token } = await sessions.open(await client.oauth(code), '');
      return ok({ token, expires_in: SESSION_S });
    },
  );
}
