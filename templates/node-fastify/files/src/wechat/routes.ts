import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type Account,
  formatReply,
  hashOpenid,
  pushId,
  readEchostr,
  readPush,
  sealReply,
  textOf,
} from './message.ts';
import type { Pipeline } from './pipeline.ts';
import { Refusal } from './refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the log will say about this request. */
    about?: Record<string, unknown>;
  }
}

const BODY_LIMIT = 1024 * 1024;
const TEXT = 'text/plain; charset=utf-8';
const XML = 'text/xml; charset=utf-8';

/** GET and POST /wx: what is entered in the WeChat console as the URL of the server. */
export async function wechatRoutes(
  app: FastifyInstance,
  { account, pipeline }: { account: Account; pipeline: Pipeline },
): Promise<void> {
  // Signatures are about bytes: nothing is parsed before they were checked.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    const text = error instanceof Error ? error.message : String(error);
    request.about = { ...request.about, error: text };
    return reply.code(status).type(TEXT).send('');
  });
  app.get('/wx', async (request, reply) => {
    const echostr = readEchostr(queryOf(request), account);
    return reply.type(TEXT).header('X-Content-Type-Options', 'nosniff').send(echostr);
  });
  app.post('/wx', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? new TextDecoder().decode(request.body) : '';
    const { message, sealFor } = readPush(queryOf(request), body, account);
    const about = {
      type: textOf(message, 'Event') || message.MsgType,
      msg_id: pushId(message),
      openid_hash: hashOpenid(message.FromUserName),
    };
    request.about = { ...request.about, ...about, encrypted: sealFor !== undefined };
    const answered = await pipeline.answer(message, request.log.child(about));
    const { attempt, isLate: late } = answered;
    request.about = { ...request.about, attempt, late };
    // Exactly this word, in clear also when the push was encrypted, tells WeChat that all is well.
    if (!answered.reply) return reply.type(TEXT).send('success');
    const xml = formatReply(message, answered.reply);
    return reply.type(XML).send(sealFor === undefined ? xml : sealReply(xml, sealFor, account));
  });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 ? status : 500;
}

/** Unlike URLSearchParams, leaves `+` alone: base64 has it. */
function queryOf({ raw }: FastifyRequest): Record<string, string> {
  const [, search = ''] = (raw.url ?? '').split(/\?(.*)/s, 2);
  try {
    const pairs = search.split('&').map((pair) => pair.split(/=(.*)/s, 2).map(decodeURIComponent));
    return Object.fromEntries(pairs.map(([name, value]) => [name, value ?? '']));
  } catch {
    throw new Refusal(400, 'the query is not percent-encoded UTF-8');
  }
}
