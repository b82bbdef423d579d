// @ts-check
// The HTTP side: GET and POST /wx for WeChat, GET /healthz and /readyz for whoever watches over
// this app.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { WechatApi } from './api.mjs';
import { onMessage } from './bot.mjs';
import {
  Once,
  Refusal,
  checkStamp,
  formatReply,
  parseAesKey,
  pushId,
  readPush,
  sealReply,
} from './wechat.mjs';

const BODY_LIMIT = 1024 * 1024;
/** WeChat waits 5 s; the difference is for the way back. */
const DEADLINE_MS = 4500;
const TOO_LATE = Symbol('too late');
const STOPPING = Symbol('stopping');
const WATCHED = ['/healthz', '/readyz'];
const TEXT = 'text/plain; charset=utf-8';

// The environment wins over .env.local, which wins over .env.
for (const file of ['.env.local', '.env']) {
  try {
    process.loadEnvFile(new URL(file, import.meta.url));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
const { PORT, HOST, WX_TOKEN, WX_APPID, WX_SECRET, WX_AES_KEY, WX_MODE, WX_API_BASE } = process.env;
if (!WX_TOKEN) throw new Error('WX_TOKEN is not set: copy .env.example to .env and fill it in');
const account = {
  token: WX_TOKEN,
  appId: WX_APPID ?? '',
  aesKey: WX_AES_KEY ? parseAesKey(WX_AES_KEY) : undefined,
  onlySafe: WX_MODE === 'safe',
};

const api = new WechatApi({ base: WX_API_BASE, appId: account.appId, secret: WX_SECRET ?? '' });

/** @typedef {string | import('./wechat.mjs').Fields | undefined} Reply */
/** @type {Once<Reply | typeof TOO_LATE | typeof STOPPING>} */
const handlings = new Once();
/** Late work that is still going on. */
let lateWorks = 0;
/** @type {Set<() => void>} */
const waiting = new Set();
let isStopping = false;
/** Nobody waits any longer: the process ends now. */
let isEnding = false;

const server = createServer(
  // Slow senders are cut off after 10 s; a proxy may keep a connection open for a minute.
  { requestTimeout: 10_000, connectionsCheckingInterval: 1000, keepAliveTimeout: 65_000 },
  (request, response) => {
    const startedAt = performance.now();
    /** @type {Record<string, unknown>} */
    const entry = { trace_id: traceId(request.headers), method: request.method };
    route(request, entry, startedAt)
      .catch((error) => {
        entry.error = String(error.message);
        return { status: error instanceof Refusal ? error.status : 500, type: TEXT, body: '' };
      })
      .then(({ status = 200, type = TEXT, body }) => {
        response.setHeader('Content-Type', type).setHeader('X-Content-Type-Options', 'nosniff');
        response.setHeader('X-Trace-Id', String(entry.trace_id));
        if (status === 405) response.setHeader('Allow', 'GET, POST');
        if (isStopping) response.setHeader('Connection', 'close');
        response.writeHead(status).end(body);
        if (WATCHED.includes(request.url ?? '') && status === 200) return; // Would fill the log.
        const level = status < 500 ? 'info' : 'error';
        log(level, 'answered', { ...entry, status, cost_ms: since(startedAt) });
      });
  },
);

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {Record<string, unknown>} entry what the log will say
 * @param {number} startedAt
 * @returns {Promise<{ status?: number, type?: string, body: string }>}
 */
async function route(request, entry, startedAt) {
  const { method, url = '/' } = request;
  const [path, search = ''] = url.split(/\?(.*)/s, 2);
  if (path === '/healthz' || (path === '/readyz' && !isStopping)) return { body: 'ok' };
  if (path === '/readyz') throw new Refusal(503, 'stopping');
  if (path !== '/wx') throw new Refusal(404, `no such path: ${path}`);
  const query = parseQuery(search);
  if (method === 'GET') return verify(query);
  if (method !== 'POST') throw new Refusal(405, 'expected GET or POST');
  const { message, sealFor } = readPush(query, await readBody(request), account);
  return answer(message, sealFor, entry, startedAt);
}

/**
 * WeChat's test of the URL: the echostr unchanged, and only to those who know the token.
 * @param {Record<string, string>} query
 */
function verify(query) {
  checkStamp(query, 'signature', account.token);
  return { body: query.echostr ?? '' };
}

/**
 * @param {import('./wechat.mjs').Fields} message @param {string | undefined} sealFor
 * @param {Record<string, unknown>} entry @param {number} startedAt
 */
async function answer(message, sealFor, entry, startedAt) {
  const id = pushId(message);
  const about = { trace_id: entry.trace_id, ...describe(message, id) };
  const { result, attempt } = handlings.run(id, () => handle(message, about, startedAt));
  Object.assign(entry, { ...describe(message, id), attempt, encrypted: sealFor !== undefined });
  const reply = await result;
  // Not success: WeChat sends it again, and our successor does the work.
  if (reply === STOPPING) throw new Refusal(503, 'stopping');
  entry.late = reply === TOO_LATE;
  // Exactly this word, in clear also when the push was encrypted, tells WeChat that all is well.
  if (!reply || reply === TOO_LATE) return { body: 'success' };
  const xml = formatReply(message, reply);
  const body = sealFor === undefined ? xml : sealReply(xml, sealFor, account);
  return { type: 'text/xml; charset=utf-8', body };
}

/**
 * Once for each push, however often WeChat sends it: its reply is in time for all of them, or too
 * late for all.
 * @param {import('./wechat.mjs').Fields} message @param {Record<string, unknown>} about
 * @param {number} startedAt
 */
async function handle(message, about, startedAt) {
  if (isEnding) return STOPPING;
  const work = askBot(message, about);
  const reply = await inTime(work, DEADLINE_MS - since(startedAt));
  if (reply === TOO_LATE) void sendLate(work, message.FromUserName, about);
  return reply;
}

/** @param {import('./wechat.mjs').Fields} message @param {Record<string, unknown>} about */
async function askBot(message, about) {
  const startedAt = performance.now();
  try {
    return await onMessage(message);
  } catch (error) {
    const what = error instanceof Error ? error.stack : String(error);
    log('error', 'failed', { ...about, error: what });
    return undefined;
  } finally {
    log('info', 'handled', { ...about, cost_ms: since(startedAt) });
  }
}

/**
 * What is too late for a reply goes to the follower as a message.
 * @param {Promise<Reply>} work @param {string} openid @param {Record<string, unknown>} about
 */
async function sendLate(work, openid, about) {
  lateWorks += 1;
  try {
    const reply = await work;
    if (!reply) return;
    if (typeof reply !== 'string') throw new Error('only text can be sent late');
    await api.sendText(openid, reply);
    log('info', 'sent late', about);
  } catch (error) {
    log('error', 'not sent', { ...about, error: String(error) });
  } finally {
    lateWorks -= 1;
  }
}

/**
 * @template T @param {Promise<T>} result @param {number} ms
 * @returns {Promise<T | typeof TOO_LATE | typeof STOPPING>}
 */
function inTime(result, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(TOO_LATE), ms);
    const giveUp = () => resolve(STOPPING);
    waiting.add(giveUp);
    const forget = () => waiting.delete(giveUp) && clearTimeout(timer);
    result.then(resolve, reject).finally(forget);
  });
}

/** @param {import('node:http').IncomingMessage} request */
async function readBody(request) {
  const chunks = [];
  let size = 0;
  try {
    // To the end also when it is too long: a peer that still sends would never see the answer.
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
    }
  } catch {
    throw new Refusal(400, 'the sender left before the end');
  }
  if (size > BODY_LIMIT) throw new Refusal(413, 'body larger than 1 MB');
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/**
 * Unlike URLSearchParams, leaves `+` alone: base64 has it.
 * @param {string} search @returns {Record<string, string>}
 */
function parseQuery(search) {
  try {
    const pairs = search.split('&').map((pair) => pair.split(/=(.*)/s, 2).map(decodeURIComponent));
    return Object.fromEntries(pairs.map(([name, value]) => [name, value ?? '']));
  } catch {
    throw new Refusal(400, 'the query is not percent-encoded UTF-8');
  }
}

/**
 * Follows a request through several services: a W3C trace context, else X-Trace-Id, else a new one.
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function traceId({ traceparent, 'x-trace-id': given }) {
  const [, id] = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-/.exec(String(traceparent)) ?? [];
  if (id) return id;
  return /^[\w-]{1,64}$/.test(String(given ?? '')) ? given : randomUUID();
}

/**
 * What a log may say about a message: no content, and the follower only as a hash.
 * @param {import('./wechat.mjs').Fields} message @param {string} id
 */
function describe({ MsgType, Event, FromUserName }, id) {
  const openid_hash = createHash('sha256').update(FromUserName).digest('hex').slice(0, 12);
  return { type: Event ?? MsgType, msg_id: id, openid_hash };
}

/** @param {number} startedAt */
function since(startedAt) {
  return Math.round(performance.now() - startedAt);
}

/**
 * One line of JSON.
 * @param {'info' | 'error'} level @param {string} msg @param {Record<string, unknown>} [fields]
 */
function log(level, msg, fields) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, msg, ...fields }));
}

server.on('error', (error) => {
  log('error', 'cannot listen', { error: error.message });
  process.exitCode = 1;
});
server.listen(Number(PORT || 3000), HOST || '127.0.0.1', () => {
  const address = server.address();
  log('info', 'listening', { port: typeof address === 'object' ? address?.port : address });
});

/** Lets requests in flight finish, but not for longer than 2 s in all. */
function stop() {
  if (isStopping) return;
  isStopping = true;
  log('info', 'stopping');
  server.close();
  setTimeout(() => {
    isEnding = true;
    waiting.forEach((giveUp) => giveUp());
  }, 1000).unref();
  setTimeout(() => {
    if (lateWorks > 0) log('error', 'late work given up', { count: lateWorks });
    process.exit();
  }, 1700).unref();
}
process.on('SIGTERM', stop);
process.once('SIGINT', stop); // A second Ctrl-C ends at once.
