import { createHmac } from 'node:crypto';
import { WxDevError, type Words } from '../../core/errors.ts';
import type { RequestEnd } from '../request.ts';
import type { Probe } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { parseObject, type WechatApi } from '../wechat-api.ts';
import { failed } from './verdict.ts';

/** Group 14: the API for the app's own mini program, as every template has it. */
export const loginRules: readonly Rule[] = [
  {
    id: 'login.code2session',
    group: 'login',
    name: {
      en: 'POST /login turns a wx.login code into a token',
      zh: 'POST /login 用 wx.login 的 code 换取令牌',
    },
    check: (probe) => withSession(probe, () => passed),
  },
  {
    id: 'login.bad-code',
    group: 'login',
    name: {
      en: 'a code that WeChat does not know gets 400 to 499 and no token',
      zh: '微信不认识的 code 得到 400 到 499，没有令牌',
    },
    check: checkBadCode,
  },
  {
    id: 'login.session-key',
    group: 'login',
    name: { en: 'the session_key stays on the server', zh: 'session_key 不离开服务器' },
    check: (probe) => withSession(probe, (session) => checkSessionKey(probe, session)),
  },
  {
    id: 'login.me',
    group: 'login',
    name: { en: 'GET /me knows who holds the token', zh: 'GET /me 认得令牌的主人' },
    check: (probe) =>
      withSession(probe, async ({ token }) => {
        const answer = await ask(probe, 'GET', '/me', { token });
        return isOk(answer) ? passed : wrong('login.me', me, answer, okEnvelope);
      }),
  },
  refusal('login.no-token', {
    name: ['GET /me without a token gets 401', '没有令牌的 GET /me 得到 401'],
    token: () => Promise.resolve(undefined),
  }),
  refusal('login.forged-token', {
    name: ['a token with a changed signature gets 401', '签名被改动的令牌得到 401'],
    token: async (probe) => changeSignature((await session(probe)).token),
  }),
  refusal('login.alg-none', {
    name: ['a token with alg none gets 401', 'alg 为 none 的令牌得到 401'],
    token: async (probe) => withoutAlgorithm((await session(probe)).token),
  }),
  {
    id: 'login.expired-token',
    group: 'login',
    name: { en: 'a token that has expired gets 401', zh: '过期的令牌得到 401' },
    check: checkExpired,
  },
];

const me: Words = { en: 'GET /me', zh: 'GET /me' };
const okEnvelope: Words = {
  en: '200 and {"code":0,"msg":"ok","data":{...}}',
  zh: '200 与 {"code":0,"msg":"ok","data":{...}}',
};
const refusedEnvelope: Words = {
  en: '401 and {"code":...,"msg":"..."} with a code other than 0',
  zh: '401 与 {"code":...,"msg":"..."}，code 不为 0',
};

/** What the app answered, as text and as JSON. */
interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly error?: WxDevError | undefined;
}

/** A login that worked, or what the app answered instead. */
interface Session {
  readonly token: string | undefined;
  readonly answer: ApiAnswer;
}

/** Runs a rule that needs a token; without one the rule fails for that. */
async function withSession(
  probe: Probe,
  check: (session: { token: string; answer: ApiAnswer }) => Finding | Promise<Finding>,
): Promise<Finding> {
  const missing = missingOf(probe);
  if (missing !== undefined) return missing;
  const { token, answer } = await session(probe);
  if (token !== undefined) return check({ token, answer });
  const what = { en: 'POST /login with a good code', zh: '有效 code 的 POST /login' };
  const expected = {
    en: '200 and {"code":0,"msg":"ok","data":{"token":"..."}}',
    zh: '200 与 {"code":0,"msg":"ok","data":{"token":"..."}}',
  };
  return wrong('login.code2session', what, answer, expected);
}

function missingOf({ target: { apiUrl, api } }: Probe): Finding | undefined {
  if (apiUrl === undefined) {
    return skipped(
      'needs --api: where /login and /me of the app are, such as http://127.0.0.1:3000/api',
      '需要 --api：应用 /login 与 /me 的位置，如 http://127.0.0.1:3000/api',
    );
  }
  if (api === undefined) {
    return skipped(
      'needs --customer-base: the address that the app has as WX_API_BASE; wx-dev listens there',
      '需要 --customer-base：应用的 WX_API_BASE 所设的地址，wx-dev 在那里监听',
    );
  }
  return undefined;
}

/** One login for all rules. */
function session(probe: Probe): Promise<Session> {
  return probe.once('session', async () => {
    const { api } = probe.target;
    const code = newCode(probe, api);
    const answer = await ask(probe, 'POST', '/login', { body: { code } });
    const data = answer.value?.['data'];
    const token: unknown =
      typeof data === 'object' && data !== null && 'token' in data ? data.token : undefined;
    const isToken = isOk(answer) && typeof token === 'string' && token !== '';
    return { answer, token: isToken ? token : undefined };
  });
}

function newCode(probe: Probe, api: WechatApi | undefined): string {
  return api?.newCode(probe.newFollower()) ?? '';
}

async function checkBadCode(probe: Probe): Promise<Finding> {
  const missing = missingOf(probe);
  if (missing !== undefined) return missing;
  const answer = await ask(probe, 'POST', '/login', { body: { code: '0a1unknown' } });
  const { status, value, text } = answer;
  const isRefused = status >= 400 && status < 500 && typeof value?.['code'] === 'number';
  if (isRefused && value['code'] !== 0 && !text.includes('"token"')) return passed;
  const what = { en: 'POST /login with an unknown code', zh: '未知 code 的 POST /login' };
  const expected = {
    en: '400 to 499 and {"code":...,"msg":"..."} with a code other than 0',
    zh: '400 到 499 与 {"code":...,"msg":"..."}，code 不为 0',
  };
  return wrong('login.bad-code', what, answer, expected);
}

function checkSessionKey({ target: { api } }: Probe, { answer }: { answer: ApiAnswer }): Finding {
  const leaks = api?.secrets.some((secret) => answer.text.includes(secret)) === true;
  if (!leaks && !answer.text.includes('session_key')) return passed;
  const what = { en: 'the answer to POST /login', zh: 'POST /login 的回应' };
  const expected = { en: 'a token, and no session_key', zh: '令牌，不含 session_key' };
  return wrong('login.session-key', what, { ...answer, text: 'session_key' }, expected);
}

interface Refusal {
  readonly name: readonly [en: string, zh: string];
  readonly token: (probe: Probe) => Promise<string | undefined>;
}

function refusal(id: string, { name: [en, zh], token }: Refusal): Rule {
  const check = async (probe: Probe): Promise<Finding> => {
    if (id !== 'login.no-token') return withSession(probe, () => expectRefusal(probe, id, token));
    return missingApi(probe) ?? expectRefusal(probe, id, token);
  };
  return { id, group: 'login', name: { en, zh }, check };
}

/** Without a token nothing but the place of the API must be known. */
function missingApi(probe: Probe): Finding | undefined {
  return probe.target.apiUrl === undefined ? missingOf(probe) : undefined;
}

async function expectRefusal(probe: Probe, id: string, token: Refusal['token']): Promise<Finding> {
  const answer = await ask(probe, 'GET', '/me', { token: await token(probe) });
  const { status, value } = answer;
  const isEnvelope = typeof value?.['code'] === 'number' && typeof value['msg'] === 'string';
  if (status === 401 && isEnvelope && value['code'] !== 0) return passed;
  return wrong(id, me, answer, refusedEnvelope);
}

async function checkExpired(probe: Probe): Promise<Finding> {
  const { jwtSecret } = probe.target;
  const missing = missingOf(probe);
  if (missing !== undefined) return missing;
  if (jwtSecret === undefined) {
    return skipped(
      'needs --jwt-secret-file: the HS256 secret of the app, to sign a token that has expired',
      '需要 --jwt-secret-file：应用的 HS256 密钥，用来签一个过期的令牌',
    );
  }
  return withSession(probe, ({ token }) => {
    const expired = expire(token, jwtSecret);
    if (expired === undefined) {
      return skipped(
        'the token is no HS256 JWT of this secret',
        '令牌不是用这个密钥签的 HS256 JWT',
      );
    }
    return expectRefusal(probe, 'login.expired-token', () => Promise.resolve(expired));
  });
}

/** The same token with another end. Tokens that are no JWT are changed all the same. */
function changeSignature(token = ''): string {
  const last = token.at(-4) === 'A' ? 'B' : 'A';
  return `${token.slice(0, -4)}${last}${token.slice(-3)}`;
}

/** RFC 7519 §6: an unsecured JWT. A library that takes `alg` from the token takes it for good. */
function withoutAlgorithm(token = ''): string {
  const [, payload = Buffer.from('{}').toString('base64url')] = token.split('.');
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
}

/** The claims of the token, an hour too old; nothing when the secret is not that of the token. */
function expire(token: string, secret: string): string | undefined {
  const [head = '', payload = '', signature = ''] = token.split('.');
  if (hmac(`${head}.${payload}`, secret) !== signature) return undefined;
  const claims = parseObject(Buffer.from(payload, 'base64url').toString());
  if (claims === undefined) return undefined;
  const now = Math.floor(Date.now() / 1000);
  const old = { ...claims, iat: now - 7200, exp: now - 3600 };
  const signed = `${head}.${Buffer.from(JSON.stringify(old)).toString('base64url')}`;
  return `${signed}.${hmac(signed, secret)}`;
}

function hmac(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

async function ask(
  probe: Probe,
  method: 'GET' | 'POST',
  path: string,
  { token, body }: { token?: string | undefined; body?: object },
): Promise<ApiAnswer> {
  const url = `${probe.target.apiUrl ?? ''}${path}`;
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const headers: [string, string][] = [
    ['Host', new URL(url).host],
    ['Accept', 'application/json'],
    ...(body === undefined ? [] : ([['Content-Type', 'application/json']] as [string, string][])),
    ...(method === 'GET' ? [] : ([['Content-Length', String(bytes.length)]] as [string, string][])),
    ...(token === undefined ? [] : ([['Authorization', `Bearer ${token}`]] as [string, string][])),
  ];
  return toAnswer(await probe.request({ method, url, headers, body: bytes }));
}

function toAnswer(end: RequestEnd): ApiAnswer {
  if (end.type !== 'answered') return { status: 0, text: '', value: undefined, error: end.error };
  const text = Buffer.from(end.answer.body).toString();
  return { status: end.answer.status, text, value: parseObject(text) };
}

function isOk({ status, value }: ApiAnswer): boolean {
  return status === 200 && value?.['code'] === 0;
}

function wrong(rule: string, what: Words, answer: ApiAnswer, expected: Words): Finding {
  const { status, text, error } = answer;
  // A token in the answer is the user's own; the report is no place for it.
  const shown = text.replace(/"token"\s*:\s*"[^"]*"/, '"token":"..."');
  const received = error === undefined ? `HTTP ${status} ${shown}` : error.message;
  const details = { rule, what, expected, received };
  return failed(
    { sent: what, received: received.slice(0, 200) },
    error ?? new WxDevError('WXD2165', details),
  );
}
