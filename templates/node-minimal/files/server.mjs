// @ts-check
// The HTTP side: GET and POST /wx for WeChat, GET /healthz for whoever watches over this app.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  Once,
  Refusal,
  formatReply,
  isSigned,
  parseAesKey,
  pushId,
  readPush,
  sealReply,
} from './wechat.mjs';

/**
 * Your bot. Returns text, or fields such as `{ MsgType: 'image', Image: { MediaId } }`, or nothing.
 * Longer than 4.5 s counts as nothing: send the result later, as a customer service message
 * (客服消息).
 * @param {import('./wechat.mjs').Fields} message
 * @returns {Promise<string | import('./wechat.mjs').Fields | undefined>}
 */
async function onMessage(message) {
  if (message.MsgType === 'text') return message.Content;
  if (message.Event === 'subscribe') return '欢迎！发什么我就回什么。Welcome! I repeat your words.';
  return undefined;
}

const BODY_LIMIT = 1024 * 1024;
/** WeChat waits 5 s; the difference is for the way back. */
const DEADLINE_MS = 4500;
const TOO_LATE = Symbol('too late');
const TEXT = 'text/plain; charset=utf-8';

// The environment wins over .env.local, which wins over .env.
for (const file of ['.env.local', '.env']) {
  try {
    process.loadEnvFile(new URL(file, import.meta.url));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
const { PORT, HOST, WX_TOKEN, WX_APPID, WX_AES_KEY, WX_MODE } = process.env;
if (!WX_TOKEN) throw new Error('WX_TOKEN is not set: copy .env.example to .env and fill it in');
const account = {
  token: WX_TOKEN,
  appId: WX_APPID ?? '',
  aesKey: WX_AES_KEY ? parseAesKey(WX_AES_KEY) : undefined,
  onlySafe: WX_MODE === 'safe',
};

/** @type {Once<string | import('./wechat.mjs').Fields | undefined>} */
const handlings = new Once();
/** @type {Set<() => void>} */
const waiting = new Set();
let isStopping = false;

const server = createServer(
  // Slow senders are cut off after 10 s; a proxy may keep a connection open for a minute.
  { requestTimeout: 10_000, connectionsCheckingInterval: 1000, keepAliveTimeout: 65_000 },
  (request, response) => {
    const startedAt = performance.now();
    /** @type {Record<string, unknown>} */
    const entry = { method: request.method };
    route(request, entry, startedAt)
      .catch((error) => {
        entry.error = String(error.message);
        return { status: error instanceof Refusal ? error.status : 500, type: TEXT, body: '' };
      })
      .then(({ status = 200, type = TEXT, body }) => {
        response.setHeader('Content-Type', type).setHeader('X-Content-Type-Options', 'nosniff');
        if (status === 405) response.setHeader('Allow', 'GET, POST');
        if (isStopping) response.setHeader('Connection', 'close');
        response.writeHead(status).end(body);
        if (request.url === '/healthz') return; // Would fill the log.
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
  if (path === '/healthz') return { body: 'ok' };
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
function verify({ signature, timestamp = '', nonce = '', echostr = '' }) {
  if (isSigned(signature, account.token, timestamp, nonce)) return { body: echostr };
  throw new Refusal(403, 'wrong signature');
}

/**
 * @param {import('./wechat.mjs').Fields} message @param {string | undefined} sealFor
 * @param {Record<string, unknown>} entry @param {number} startedAt
 */
async function answer(message, sealFor, entry, startedAt) {
  const id = pushId(message);
  const { result, attempt } = handlings.run(id, () => handle(message, id));
  Object.assign(entry, { ...describe(message, id), attempt, encrypted: sealFor !== undefined });
  const reply = await inTime(result, DEADLINE_MS - since(startedAt));
  entry.late = reply === TOO_LATE;
  // Exactly this word, in clear also when the push was encrypted, tells WeChat that all is well.
  if (!reply || typeof reply === 'symbol') return { body: 'success' };
  const xml = formatReply(message, reply);
  const body = sealFor === undefined ? xml : sealReply(xml, sealFor, account);
  return { type: 'text/xml; charset=utf-8', body };
}

/**
 * Once for each push, however often WeChat sends it.
 * @param {import('./wechat.mjs').Fields} message @param {string} id
 */
async function handle(message, id) {
  const startedAt = performance.now();
  try {
    return await onMessage(message);
  } catch (error) {
    const what = error instanceof Error ? error.stack : String(error);
    log('error', 'failed', { ...describe(message, id), error: what });
    return undefined;
  } finally {
    log('info', 'handled', { ...describe(message, id), cost_ms: since(startedAt) });
  }
}

/**
 * @template T @param {Promise<T>} result @param {number} ms
 * @returns {Promise<T | typeof TOO_LATE>}
 */
function inTime(result, ms) {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(TOO_LATE);
    const timer = setTimeout(giveUp, ms);
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
  isStopping = true;
  log('info', 'stopping');
  server.close();
  setTimeout(() => waiting.forEach((giveUp) => giveUp()), 1000).unref();
  setTimeout(() => process.exit(), 1700).unref();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
