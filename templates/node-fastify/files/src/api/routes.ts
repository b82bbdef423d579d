// The API for your mini program, and for your other servers.
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, answerError, ok, parseBody } from '../lib/envelope.ts';
import type { Store } from '../lib/store.ts';
import { RedisStore } from '../lib/store-redis.ts';
import type { Services } from '../services.ts';
import { SESSION_S } from './session.ts';
import { checkSigned } from './signed.ts';

/** Requests of one user, or of one address before login, in a minute. */
const MOST_PER_MINUTE = 120;
/** Nicknames are kept this long after they were last set. */
const NICKNAME_S = 30 * 24 * 3600;

const short = z.string().min(1).max(64);
const Login = z.object({ code: z.string().min(1).max(128) });
const Nickname = z.object({ nickname: z.string().min(1).max(32) });
const Template = z.object({
  openid: short,
  template_id: short,
  data: z.record(z.string(), z.string()),
  url: z.url().optional(),
});

export async function apiRoutes(app: FastifyInstance, services: Services): Promise<void> {
  const { sessions, client, store, config } = services;
  app.setErrorHandler(answerError);
  await limitRequests(app, store);
  const authenticate = async (request: FastifyRequest) => {
    request.session = await sessions.find(request);
  };

  app.post('/login', async (request) => {
    const { code } = parseBody(Login, request.body);
    const user = await client.code2session(code);
    const { session, token } = await sessions.open(user.openid, user.sessionKey);
    return ok({ token, expires_in: SESSION_S, sign_key: session.signKey });
  });

  app.get('/me', { onRequest: authenticate }, async (request) => {
    const { user } = sessionOf(request);
    return ok({ user, nickname: (await store.get(`nickname:${user}`)) ?? '' });
  });

  // An example of a request that is signed with the key of the session.
  app.put('/me/nickname', { onRequest: authenticate }, async (request) => {
    const { user, signKey } = sessionOf(request);
    await checkSigned(request, signKey, store);
    const { nickname } = parseBody(Nickname, request.body);
    await store.set(`nickname:${user}`, nickname, NICKNAME_S);
    return ok({ user, nickname });
  });

  // Lets your other servers send a template message (模板消息).
  app.post('/template', async (request) => {
    await checkSigned(request, config.API_SIGN_SECRET, store);
    const { openid, template_id: templateId, data, url } = parseBody(Template, request.body);
    return ok({ msgid: await client.sendTemplate({ openid, templateId, data, url }) });
  });
}

/** 429 for all routes of `app` when a user comes too often, or an address before login. */
export async function limitRequests(app: FastifyInstance, store: Store): Promise<void> {
  await app.register(rateLimit, {
    max: MOST_PER_MINUTE,
    timeWindow: '1 minute',
    // After the session was found, so that users behind one address do not share a limit.
    hook: 'preHandler',
    keyGenerator: (request) => request.session?.user ?? request.ip,
    ...(store instanceof RedisStore ? { redis: store.client, skipOnError: true } : {}),
  });
}

function sessionOf({ session }: FastifyRequest) {
  if (session === undefined) throw new ApiError(40100, 'log in first');
  return session;
}
