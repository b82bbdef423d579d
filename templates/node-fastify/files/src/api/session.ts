// Who is logged in. The user has a token that names the session; its keys stay on the server.
import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { ApiError } from '../lib/envelope.ts';
import type { Store } from '../lib/store.ts';
import { hashOpenid } from '../wechat/message.ts';

const ALGORITHM = 'HS256';
const AUDIENCE = 'api';
/** A client that is told 401 logs in again by itself. */
export const SESSION_S = 24 * 3600;

const Stored = z.object({ id: z.string(), openid: z.string(), sessionKey: z.string() });

export interface Session extends z.infer<typeof Stored> {
  /** The openid, hashed: for logs, and for others to see. */
  readonly user: string;
  /** For signatures. Handed out at login: what is built into a mini program is public. */
  readonly signKey: string;
}

export class Sessions {
  readonly #store: Store;
  readonly #issuer: string;
  readonly #jwtSecret: Uint8Array;
  readonly #signSecret: string;

  constructor(store: Store, config: Config) {
    this.#store = store;
    this.#issuer = config.WX_APPID || 'wechat-app';
    this.#jwtSecret = new TextEncoder().encode(config.JWT_SECRET);
    this.#signSecret = config.API_SIGN_SECRET;
  }

  /** A new session, which ends the one before, and the token that names it. */
  async open(openid: string, sessionKey: string): Promise<{ session: Session; token: string }> {
    const id = randomBytes(16).toString('base64url');
    const session = this.#complete({ id, openid, sessionKey });
    const value = JSON.stringify({ id, openid, sessionKey });
    await this.#store.set(`session:${session.user}`, value, SESSION_S);
    const token = await new SignJWT({ sid: id })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(session.user)
      .setIssuer(this.#issuer)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${SESSION_S}s`)
      .sign(this.#jwtSecret);
    return { session, token };
  }

  /** The session of `Authorization: Bearer <token>`. */
  async find(request: FastifyRequest): Promise<Session> {
    const [, token = ''] = /^Bearer ([^ ]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const { payload } = await jwtVerify(token, this.#jwtSecret, {
      // Never from the token itself: that would let in `none`.
      algorithms: [ALGORITHM],
      issuer: this.#issuer,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'sid'],
    }).catch(() => {
      throw new ApiError(40100, 'log in first');
    });
    const value = await this.#store.get(`session:${payload.sub}`);
    const stored = value === undefined ? undefined : Stored.parse(JSON.parse(value));
    if (stored?.id !== payload.sid || stored === undefined) {
      throw new ApiError(40100, 'log in again');
    }
    return this.#complete(stored);
  }

  #complete(stored: z.infer<typeof Stored>): Session {
    const signKey = createHmac('sha256', this.#signSecret).update(`session:${stored.id}`);
    return { ...stored, user: hashOpenid(stored.openid), signKey: signKey.digest('base64url') };
  }
}
