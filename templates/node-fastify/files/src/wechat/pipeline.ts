// Answers in time, does the work once, and sends late results as customer service messages.
import type { Store } from '../lib/store.ts';
import { hashOpenid, type Message, pushId, type Reply } from './message.ts';
import { Refusal } from './refusal.ts';

/** WeChat waits 5 s; the difference is for the way back. */
const DEADLINE_MS = 4500;
/** The three requests for one push come within 15 s. */
const REMEMBERED_S = 60;
const REMEMBERED_PUSHES = 10_000;
/** Pushes that are worked on at the same time, and those that may wait for their turn. */
const WORKERS = 100;
const MOST_WAITING = 1000;

export type Handler = (message: Message) => Promise<Reply | undefined>;

export interface Log {
  info(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface Answered {
  readonly reply: Reply | undefined;
  /** Result comes later, if any. */
  readonly isLate: boolean;
  readonly attempt: number;
}

interface Known {
  readonly answer: Promise<{ reply: Reply | undefined; isLate: boolean }>;
  readonly since: number;
  attempts: number;
}

const NOTHING = { reply: undefined, isLate: false };
const LATE = { reply: undefined, isLate: true };

export class Pipeline {
  readonly #handler: Handler;
  readonly #store: Store;
  readonly #sendLate: (openid: string, text: string) => Promise<void>;
  readonly #known = new Map<string, Known>();
  readonly #turns: (() => void)[] = [];
  readonly #giveUps = new Set<() => void>();
  #working = 0;
  #late = 0;

  constructor(options: {
    readonly handler: Handler;
    readonly store: Store;
    readonly sendLate: (openid: string, text: string) => Promise<void>;
  }) {
    this.#handler = options.handler;
    this.#store = options.store;
    this.#sendLate = options.sendLate;
  }

  /** Late results that are still awaited. */
  get late(): number {
    return this.#late;
  }

  /** The answer to a push: the same for each of its repetitions, within the deadline of the first. */
  async answer(message: Message, log: Log): Promise<Answered> {
    const id = pushId(message);
    this.#forgetOld();
    let known = this.#known.get(id);
    if (!known) {
      // Not remembered: WeChat comes again, and may find us less busy.
      if (this.#turns.length >= MOST_WAITING) throw new Refusal(503, 'too many pushes at once');
      known = { answer: this.#start(id, message, log), since: Date.now(), attempts: 0 };
      this.#known.set(id, known);
    }
    known.attempts += 1;
    const { attempts } = known;
    return { ...(await known.answer), attempt: attempts };
  }

  /** Answers all that wait, with nothing: the process is about to end. */
  release(): void {
    for (const giveUp of this.#giveUps) giveUp();
  }

  async #start(id: string, message: Message, log: Log) {
    const work = this.#work(id, message, log);
    const inTime = work.then((reply) => (reply ? { reply, isLate: false } : NOTHING));
    const { promise: tooLate, cancel } = this.#deadline();
    const answer = await Promise.race([inTime, tooLate]).finally(cancel);
    if (answer.isLate) void this.#finishLate(work, message.FromUserName, log);
    return answer;
  }

  async #work(id: string, message: Message, log: Log): Promise<Reply | undefined> {
    await this.#turn();
    const startedAt = performance.now();
    try {
      if (!(await this.#isOurs(id, log))) return undefined;
      return await this.#handler(message);
    } catch (error) {
      log.error({ err: error }, 'failed');
      return undefined;
    } finally {
      this.#working -= 1;
      this.#turns.shift()?.();
      log.info({ cost_ms: Math.round(performance.now() - startedAt) }, 'handled');
    }
  }

  /** Another process may have the push already. Without the store: better twice than never. */
  async #isOurs(id: string, log: Log): Promise<boolean> {
    try {
      return await this.#store.add(`push:${id}`, '1', REMEMBERED_S);
    } catch (error) {
      log.error({ err: error }, 'cannot ask the store for duplicates');
      return true;
    }
  }

  async #turn(): Promise<void> {
    if (this.#working >= WORKERS) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#working += 1;
  }

  #deadline() {
    let cancel = () => {};
    const promise = new Promise<typeof LATE>((resolve) => {
      const giveUp = () => resolve(LATE);
      const timer = setTimeout(giveUp, DEADLINE_MS);
      this.#giveUps.add(giveUp);
      cancel = () => {
        clearTimeout(timer);
        this.#giveUps.delete(giveUp);
      };
    });
    return { promise, cancel };
  }

  async #finishLate(work: Promise<Reply | undefined>, openid: string, log: Log): Promise<void> {
    this.#late += 1;
    try {
      const reply = await work;
      if (!reply) return;
      if (typeof reply !== 'string') throw new Error('only text can be sent late');
      await this.#sendLate(openid, reply);
      log.info({}, 'sent late');
    } catch (error) {
      log.error({ err: error, openid_hash: hashOpenid(openid) }, 'not sent');
    } finally {
      this.#late -= 1;
    }
  }

  #forgetOld(): void {
    const oldest = Date.now() - REMEMBERED_S * 1000;
    for (const [id, { since }] of this.#known) {
      if (since > oldest && this.#known.size < REMEMBERED_PUSHES) break;
      this.#known.delete(id);
    }
  }
}
