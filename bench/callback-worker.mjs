// The load of the callback benchmark: pushes that were sealed before, over raw connections that stay open.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  formatPushQuery,
  judgeAnswer,
  makePush,
  parseMessage,
  sealPush,
} from '../dist/wechat/index.js';

const CONNECTIONS = 64;
const CONTENT = '你好 hello, how much is the fish? 😀';

let lastId = 25_000_000_000_000_000n;

/** Sends `pushes` different pushes and waits for all answers; says how long that took. */
export async function load({ account, port, pushes }) {
  const requests = Array.from({ length: pushes }, () => seal(account));
  const sender = { requests, next: 0, account };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, () => send(port, sender)));
  return { seconds: (performance.now() - startedAt) / 1000 };
}

function seal(account) {
  lastId += 1n;
  const createTime = String(Math.floor(Date.now() / 1000));
  const fields = makePush(
    'text',
    { Content: CONTENT },
    {
      from: 'oWxDev_Alice_000000000000001',
      to: 'gh_0f1e2d3c4b5a',
      createTime,
      msgId: String(lastId),
    },
  );
  const random16 = randomBytes(16);
  const nonce = String(lastId).slice(-9);
  const { query, body } = sealPush(fields, account, {
    mode: 'safe',
    format: 'xml',
    timestamp: createTime,
    nonce,
    random16,
  });
  const bytes = Buffer.from(body);
  const head =
    `POST /wx?${formatPushQuery(query)} HTTP/1.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\nHost: 127.0.0.1\r\nPragma: no-cache\r\n` +
    `Content-Type: text/xml\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head), bytes]), fields };
}

/** One connection: the next push as soon as the last is answered. The first answer is judged, the others counted by their status. */
function send(port, sender) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let isJudged = false;
    let current;
    let received = Buffer.alloc(0);
    const next = () => {
      current = sender.requests[sender.next];
      sender.next += 1;
      received = Buffer.alloc(0);
      if (current) socket.write(current.bytes);
      else {
        socket.removeAllListeners('close').destroy();
        resolve();
      }
    };
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed under load')));
    socket.on('data', (bytes) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      const body = bodyOf(received);
      if (body === undefined) return;
      if (received.latin1Slice(9, 12) !== '200') reject(new Error(received.latin1Slice(0, 400)));
      else if (!isJudged) {
        isJudged = true;
        judge(body, current.fields, sender.account);
      }
      next();
    });
  });
}

/** The body of one complete answer. */
function bodyOf(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.latin1Slice(0, end));
  if (!length) throw new Error(`an answer without a length: ${received.latin1Slice(0, end)}`);
  const body = received.subarray(end + 4);
  return body.length < Number(length[1]) ? undefined : body;
}

function judge(body, fields, account) {
  const push = parseMessage(fields);
  const answer = {
    status: 200,
    headers: [],
    body,
    format: 'xml',
    encrypted: true,
    mode: 'safe',
    push,
    account,
  };
  const { accepted, reply, summary } = judgeAnswer(answer);
  if (!accepted || reply?.content !== CONTENT) throw new Error(`a wrong answer: ${summary}`);
}
