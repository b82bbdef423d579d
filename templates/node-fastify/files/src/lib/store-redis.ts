import { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** A command that Redis does not answer in this time fails: WeChat waits 5 s for all of it. */
const COMMAND_TIMEOUT_MS = 1000;

/** In one step, so that a counter never stays without an end. */
const COUNT = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n`;

export class RedisStore implements Store {
  readonly client: Redis;

  constructor(url: string, onError: (error: Error) => void) {
    this.client = new Redis(url, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      keyPrefix: 'wx:',
    });
    // Without a listener one lost connection would end the process.
    this.client.on('error', onError);
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.client.get(key)) ?? undefined;
  }

  async set(key: string, value: string, seconds: number): Promise<void> {
    await this.client.set(key, value, 'EX', seconds);
  }

  async add(key: string, value: string, seconds: number): Promise<boolean> {
    return (await this.client.set(key, value, 'EX', seconds, 'NX')) === 'OK';
  }

  async take(key: string): Promise<string | undefined> {
    return (await this.client.getdel(key)) ?? undefined;
  }

  async count(key: string, seconds: number): Promise<number> {
    return Number(await this.client.eval(COUNT, 1, key, seconds));
  }

  async check(): Promise<void> {
    await this.client.ping();
  }

  async close(): Promise<void> {
    this.client.disconnect();
  }
}
