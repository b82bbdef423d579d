import type { ClientRequest } from 'node:http';
import { sleep } from '../../core/abort.ts';
import { formatError, WxDevError, type Words } from '../../core/errors.ts';
import { connectionError } from '../../core/connection-error.ts';
import { readBody } from '../../core/http-message.ts';
import type { SentRequest } from '../outcome.ts';
import { dial, type RequestOptions } from '../request.ts';
import { requestOptionsOf } from '../target.ts';
import type { Probe } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { failed } from './verdict.ts';

/** How long an app may take to end, in milliseconds: `docker stop` and Kubernetes' preStop leave 10 s and more. */
const endMs = 10_000;

/** How long the app has to say that it has read the head of a request, in milliseconds; not all servers say so. */
const continueMs = 1000;

/** Between SIGTERM and the rest of the body, in milliseconds: time for the app to do what it does. */
const afterTermMs = 200;

/** How often the process is looked at, in milliseconds. */
const lookMs = 25;

/** An answer that is read, in bytes. */
const maxAnswerBytes = 64 * 1024;

/** Group 13: how the app ends. The last group: after it there is nothing left to test. */
export const shutdownRules: readonly Rule[] = [
  {
    id: 'shutdown.drains',
    group: 'shutdown',
    name: {
      en: 'a push that is under way at SIGTERM is answered',
      zh: '收到 SIGTERM 时正在处理的推送得到回应',
    },
    check: checkDrains,
  },
  {
    id: 'shutdown.ends',
    group: 'shutdown',
    name: { en: 'then the app ends', zh: '之后应用退出' },
    check: checkEnds,
  },
];

const noProcess = (): Finding =>
  skipped(
    'needs --pid: the process of the app, which this rule ends',
    '需要 --pid：应用的进程号；这条规则会结束它',
  );

async function checkDrains(probe: Probe): Promise<Finding> {
  const { app, signal } = probe.target;
  if (app === undefined) return noProcess();
  const sent = { en: 'half a text, SIGTERM, the other half', zh: '半条文本消息、SIGTERM、另一半' };
  const fail = (reason: Words): Finding =>
    failed(
      { sent, received: reason },
      new WxDevError('WXD2163', { rule: 'shutdown.drains', reason }),
    );
  if (!app.isRunning()) return fail({ en: 'the process had ended before', zh: '进程之前就已结束' });
  const what = { en: 'a text', zh: '文本消息' };
  const { request } = probe.seal({ what, fields: probe.makePush('text') });
  const half = Math.floor(request.body.length / 2);
  const upload = startUpload(request, requestOptionsOf(probe.target));
  // Waits that have lost their race must not keep this process alive.
  const over = new AbortController();
  const waiting = AbortSignal.any(signal === undefined ? [over.signal] : [signal, over.signal]);
  try {
    upload.send(request.body.subarray(0, half));
    await Promise.race([upload.continued, upload.answer, sleep(continueMs, { signal: waiting })]);
    app.terminate();
    await sleep(afterTermMs, { signal });
    upload.finish(request.body.subarray(half));
    const answer = await Promise.race([upload.answer, sleep(probe.timeoutMs, { signal: waiting })]);
    if (answer === undefined) return fail({ en: 'no answer came', zh: '没有回应' });
    if (answer.status === 200) return passed;
    return fail(answer.problem ?? { en: `HTTP ${answer.status}`, zh: `HTTP ${answer.status}` });
  } finally {
    over.abort();
    upload.close();
  }
}

async function checkEnds(probe: Probe): Promise<Finding> {
  const { app, signal } = probe.target;
  if (app === undefined) return noProcess();
  if (app.isRunning()) app.terminate();
  const end = performance.now() + endMs;
  while (app.isRunning()) {
    if (performance.now() > end) {
      const received = { en: 'the process runs on', zh: '进程仍在运行' };
      const error = new WxDevError('WXD2164', { rule: 'shutdown.ends', waitedMs: endMs });
      return failed({ sent: 'SIGTERM', received }, error);
    }
    await sleep(lookMs, { signal });
  }
  return passed;
}

interface Uploaded {
  readonly status: number;
  readonly problem?: Words;
}

/** A request whose body is sent in pieces. */
interface Upload {
  /** Resolves when the server has read the head and asks for the body. */
  readonly continued: Promise<void>;
  readonly answer: Promise<Uploaded>;
  send(part: Uint8Array): void;
  finish(part: Uint8Array): void;
  close(): void;
}

function startUpload(sent: SentRequest, options: RequestOptions): Upload {
  const url = new URL(sent.url);
  const headers = [...sent.headers, ['Expect', '100-continue'] as const];
  const request = dial({ ...sent, headers }, url, options);
  const continued = new Promise<void>((resolve) => {
    request.once('continue', resolve);
  });
  request.flushHeaders();
  return {
    continued,
    answer: answerOf(request, url.origin),
    send: (part) => void request.write(part),
    finish: (part) => void request.end(part),
    close: () => void request.destroy(),
  };
}

function answerOf(request: ClientRequest, target: string): Promise<Uploaded> {
  return new Promise((resolve) => {
    request.on('error', (cause) => {
      const error = connectionError(cause, { target, connected: true });
      const problem = { en: formatError(error, 'en').title, zh: formatError(error, 'zh').title };
      resolve({ status: 0, problem });
    });
    request.on('response', (response) => {
      void readBody(response, maxAnswerBytes).then((body) => {
        const isWhole = body.type === 'complete';
        const problem = { en: 'the answer was cut off', zh: '回应被截断' };
        resolve(isWhole ? { status: response.statusCode ?? 0 } : { status: 0, problem });
      });
    });
  });
}
