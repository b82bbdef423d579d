import { baseUrl } from '../config';
import { ApiError, isRecord, send, unwrap } from './http';

/** What the backend gave us at login. */
export interface Session {
  readonly token: string;
  /** For signatures; ends with the session. See sign.ts. */
  readonly signKey: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
  /** The backend that knows it: another version of the mini program has another one. */
  readonly backend: string;
}

const STORED = 'session';
/** A session is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 60_000;

let current: Session | undefined;
let login: Promise<Session> | undefined;

/** The session; logs in when there is none. However many ask at once, there is one login. */
export function currentSession(): Promise<Session> {
  const known = current ?? stored();
  if (known !== undefined && isGood(known)) {
    current = known;
    return Promise.resolve(known);
  }
  login ??= logIn().finally(() => {
    login = undefined;
  });
  return login;
}

/** Another session than the one with `token`, which the backend refuses. */
export function renewSession(token: string): Promise<Session> {
  // Another request may have renewed it meanwhile.
  if ((current ?? stored())?.token === token) forgetSession();
  return currentSession();
}

export function forgetSession(): void {
  current = undefined;
  wx.removeStorageSync(STORED);
}

async function logIn(): Promise<Session> {
  const code = await new Promise<string>((resolve, reject) => {
    wx.login({
      success: (result) => resolve(result.code),
      fail: ({ errMsg }) => reject(new ApiError(0, errMsg)),
    });
  });
  const backend = baseUrl();
  const data = unwrap(await send('POST', '/api/login', {}, JSON.stringify({ code })));
  if (!isRecord(data) || typeof data.token !== 'string') {
    throw new ApiError(0, 'the answer to the login has no token');
  }
  const lifetime = typeof data.expires_in === 'number' ? data.expires_in : 3600;
  current = {
    token: data.token,
    signKey: typeof data.sign_key === 'string' ? data.sign_key : '',
    expiresAt: Date.now() + lifetime * 1000,
    backend,
  };
  wx.setStorageSync(STORED, current);
  return current;
}

function stored(): Session | undefined {
  const value: unknown = wx.getStorageSync(STORED);
  if (!isRecord(value)) return undefined;
  const { token, signKey, expiresAt, backend } = value;
  const isText = [token, signKey, backend].every((text) => typeof text === 'string');
  if (!isText || typeof expiresAt !== 'number') return undefined;
  return { token: String(token), signKey: String(signKey), expiresAt, backend: String(backend) };
}

function isGood({ expiresAt, backend }: Session): boolean {
  return expiresAt - MARGIN_MS > Date.now() && backend === baseUrl();
}
