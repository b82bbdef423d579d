import { Sessions } from './api/session.ts';
import type { Config } from './config.ts';
import type { Store } from './lib/store.ts';
import { MemoryStore } from './lib/store-memory.ts';
import { RedisStore } from './lib/store-redis.ts';
import { WechatClient } from './wechat/client.ts';

/** What lives as long as the app. */
export interface Services {
  readonly config: Config;
  readonly store: Store;
  readonly client: WechatClient;
  readonly sessions: Sessions;
}

export function createServices(config: Config, onError: (error: Error) => void): Services {
  const { REDIS_URL, WX_API_BASE: base, WX_APPID: appId, WX_SECRET: secret } = config;
  const store = REDIS_URL === undefined ? new MemoryStore() : new RedisStore(REDIS_URL, onError);
  const client = new WechatClient({ base, appId, secret });
  return { config, store, client, sessions: new Sessions(store, config) };
}
