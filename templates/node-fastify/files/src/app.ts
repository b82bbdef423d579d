import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { chatRoutes } from './api/chat.ts';
import { oauthRoutes } from './api/oauth.ts';
import { apiRoutes } from './api/routes.ts';
import type { Session } from './api/session.ts';
import { onMessage } from './bot.ts';
import type { Config } from './config.ts';
import { answerError, failure } from './lib/envelope.ts';
import { traceId } from './lib/trace.ts';
import { createServices } from './services.ts';
import { parseAesKey } from './wechat/crypto.ts';
import type { Account } from './wechat/message.ts';
import { type Handler, Pipeline } from './wechat/pipeline.ts';
import { wechatRoutes } from './wechat/routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    session?: Session;
    /** The bytes that were signed, as text. */
    rawBody: string;
  }
  interface FastifyInstance {
    pipeline: Pipeline;
  }
}

const BODY_LIMIT = 256 * 1024;
/** Watched every few seconds: would fill the log. */
const WATCHED = ['/healthz', '/readyz'];

export interface Overrides {
  readonly handler?: Handler;
  /** Where log lines go; standard output when absent. */
  readonly logTo?: { write(line: string): void };
}

/** The whole app; tests send it requests with `inject`, without a port. */
export async function buildApp(
  config: Config,
  overrides: Overrides = {},
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: loggerOptions(config, overrides),
    // Requests are logged by addRequestLog, in one line.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'trace_id',
    }),
    bodyLimit: BODY_LIMIT,
    trustProxy: config.TRUST_PROXY ?? false,
    genReqId: (request) => traceId(request.headers),
    // Slow senders are cut off; a proxy may keep a connection open for a minute.
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
  });
  const services = createServices(config, (error) => app.log.error({ err: error }, 'redis'));
  const { store, client } = services;
  const handler = overrides.handler ?? ((message) => onMessage(message, store));
  const sendLate = (openid: string, text: string) => client.sendText(openid, text);
  const pipeline = new Pipeline({ handler, store, sendLate });
  app.decorate('pipeline', pipeline);
  app.addHook('onClose', () => store.close());
  addRequestLog(app);
  keepRawBody(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(failure(40400, 'no such path')));

  app.get('/healthz', async () => 'ok');
  app.get('/readyz', async (_request, reply) => {
    const isReady = await store.check().then(
      () => true,
      () => false,
    );
    return reply.code(isReady ? 200 : 503).send(isReady ? 'ok' : 'redis is not there');
  });
  await app.register(wechatRoutes, { account: accountOf(config), pipeline });
  await app.register(apiRoutes, { prefix: '/api', ...services });
  await app.register(oauthRoutes, { prefix: '/oauth', ...services });
  await app.register(chatRoutes, services);
  return app;
}

function accountOf({ WX_TOKEN: token, WX_APPID: appId, WX_AES_KEY, WX_MODE }: Config): Account {
  const aesKey = WX_AES_KEY === undefined ? undefined : parseAesKey(WX_AES_KEY);
  return { token, appId, aesKey, onlySafe: WX_MODE === 'safe' };
}

/** One line of JSON per event. */
function loggerOptions({ LOG_LEVEL: level }: Config, { logTo }: Overrides) {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    ...(logTo === undefined ? {} : { stream: logTo }),
  };
}

/** A line for each answer: no query, no body, no header of it. */
function addRequestLog(app: FastifyInstance): void {
  app.decorateRequest('about');
  app.addHook('onRequest', async (request, reply) => {
    request.about = {};
    reply.header('X-Trace-Id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, about, url } = request;
    const [path = ''] = url.split('?');
    const { statusCode: status, elapsedTime } = reply;
    if (WATCHED.includes(path) && status === 200) return;
    const line = { ...about, method, path, status, cost_ms: Math.round(elapsedTime) };
    request.log[status < 500 ? 'info' : 'error'](line, 'answered');
  });
}

/** Signatures of requests are about their bytes, which JSON.parse would lose. */
function keepRawBody(app: FastifyInstance): void {
  app.decorateRequest('rawBody', '');
  // Nothing else is read: what a handler sees must be what was signed.
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    request.rawBody = String(body);
    parse(request, request.rawBody, done);
  });
}
