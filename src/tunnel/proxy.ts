import type { Agent } from 'node:http';
import { WxDevError } from '../core/errors.ts';
import { DIAL_TIMEOUT_MS } from './limits.ts';

/** A proxy on the way out of the user's network. */
export interface Proxy {
  /** Its address without user name and password, for errors. */
  readonly label: string;
  /** An agent for one request; `signal` cuts a connection to the proxy that never gets through. */
  agent(signal: AbortSignal): ProxyAgent;
}

/** An agent, and what the proxy said when it refused. */
export interface ProxyAgent {
  readonly agent: Agent;
  /** Status of the proxy's answer to CONNECT, when it was not 200 (RFC 9110 §9.3.6). */
  readonly refusal: () => number | undefined;
}

/** Statuses with which a proxy asks for a user name and password: RFC 9110 §15.5.8, and what tinyproxy says of wrong ones. */
const LOGIN_STATUSES: readonly number[] = [407, 401];

/**
 * Prepares a proxy: `http:` and `https:` by CONNECT, `socks5:` (names are looked up here) and `socks5h:` (there). What it needs is
 * loaded only now.
 */
export async function openProxy(proxy: string): Promise<Proxy> {
  const url = new URL(proxy);
  const label = `${url.protocol}//${url.host}`;
  if (url.protocol.startsWith('socks')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    return {
      label,
      agent: () => ({
        agent: new SocksProxyAgent(url, { timeout: DIAL_TIMEOUT_MS }),
        refusal: () => undefined,
      }),
    };
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return {
    label,
    agent: (signal) => {
      const agent = new HttpsProxyAgent(url, { signal });
      let status: number | undefined;
      agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) status = statusCode;
      });
      return { agent, refusal: () => status };
    },
  };
}

/** What went wrong at the proxy; undefined when it let us through, and the fault is behind it. */
export function explainProxy(
  proxy: Proxy,
  refusal: number | undefined,
  cause: unknown,
): WxDevError<'WXD4030'> | undefined {
  const { label } = proxy;
  if (refusal !== undefined) {
    const isLogin = LOGIN_STATUSES.includes(refusal);
    return new WxDevError('WXD4030', { proxy: label, reason: `HTTP ${refusal}`, isLogin });
  }
  if (!(cause instanceof Error)) return undefined;
  const message = cause.message;
  const isLogin = /socks.*authentication/i.test(message);
  const isProxy = isLogin || /socks|proxy|^connect E/i.test(message) || isSystemError(cause);
  if (!isProxy) return undefined;
  return new WxDevError('WXD4030', { proxy: label, reason: message, isLogin }, { cause });
}

/** The only connection that this end makes is the one to the proxy: whatever the system says of one is about the proxy. */
function isSystemError(error: Error): boolean {
  return 'syscall' in error && typeof error.syscall === 'string';
}
