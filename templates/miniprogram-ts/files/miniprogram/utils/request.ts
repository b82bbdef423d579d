import { currentSession, renewSession, type Session } from './auth';
import { type Answer, type Method, send, unwrap } from './http';
import { signHeader } from './sign';

export interface RequestOptions {
  readonly method?: Method;
  /** Sent as JSON. */
  readonly data?: unknown;
  /** Sign with the key of the session, where the backend asks for it. */
  readonly signed?: boolean;
}

/**
 * Asks the backend as the user who is logged in, and logs them in when they are not. Resolves to `data` of `{code, msg, data}`;
 * throws ApiError otherwise. What a page makes of `data` it checks itself.
 */
export async function request(path: string, options: RequestOptions = {}): Promise<unknown> {
  const session = await currentSession();
  const answer = await sendAs(session, path, options);
  // Once: a backend that refuses the new session too will not change its mind.
  if (answer.status !== 401) return unwrap(answer);
  return unwrap(await sendAs(await renewSession(session.token), path, options));
}

function sendAs(session: Session, path: string, options: RequestOptions): Promise<Answer> {
  const { method = 'GET', data, signed = false } = options;
  const body = data === undefined ? undefined : JSON.stringify(data);
  const header = { Authorization: `Bearer ${session.token}` };
  // Signed anew for each attempt: a nonce is good for one.
  const signature = signed ? signHeader(session.signKey, method, path, body ?? '') : {};
  return send(method, path, { ...header, ...signature }, body);
}
