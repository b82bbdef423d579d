// Answers in time, does the work once, and sends late results as customer service messages.
import { setTimeout as sleep } from 'node:timers/promises';
import { hashOpenid, type Message, pushId, REPLAY_WINDOW_S, type Reply } from './message.ts';
import { Refusal } from './refusal.ts';

/** WeChat waits 5 s; the difference is for the way back. */
const DEADLINE_MS = 4500;
/** A recorded push is fresh for up to two windows after the first. */
const REMEMBERED_S = 2 * REPLAY_WINDOW_S;
const REMEMBERED_PUSHES = 10_000;
/** Pushes that are worked on at the same time, and those that may wait for their turn. */
const WORKERS = 100;
const MOST_WAITING = 1000;
/** How often another process is asked for its reply. */
const LOOK_MS = 100;

export type Handler = (message: Message) => Promise<Reply | undefined>;

/** What several processes share. */
export interface Store {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, seconds: number): Promise<void>;
  /** Like `set`, but only the first one; false for all others until it expires. */
  add(key: string, value: string, seconds: number): Promise<boolean>;
  /** Gets and removes. */
  take(key: string): Promise<string | undefined>;
}

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

interface Outcome {
  readonly reply: Reply | undefined;
  readonly isLate: boolean;
}

interface Known {
  readonly answer: Promise<Outcome>;
  readonly since: number;
  attempts: number;
}

/** How far a push has come. */
interface Progress {
  /** This process handles it, and no other does. */
  isOurs: boolean;
  isAnswered: boolean;
  /** It was sent to our successor. */
  isGivenUp: boolean;
}

const LATE: Outcome = { reply: undefined, isLate: true };
const STOPPING = 'stopping';

export class Pipeline {
  readonly #handler: Handler;
  readonly #store: Store;
  readonly #sendLate: (openid: string, text: string) => Promise<void>;
  readonly #known = new Map<string, Known>();
  readonly #turns: (() => void)[] = [];
  readonly #giveUps = new Set<() => void>();
  #working = 0;
  #late = 0;
  #isReleased = false;

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
      if (this.#isReleased) throw new Refusal(503, STOPPING);
      if (this.#turns.length >= MOST_WAITING) throw new Refusal(503, 'too many pushes at once');
      known = { answer: this.#start(id, message, log), since: Date.now(), attempts: 0 };
      this.#known.set(id, known);
    }
    known.attempts += 1;
    const { attempts } = known;
    return { ...(await known.answer), attempt: attempts };
  }

  /** Sends all that wait to our successor: the process is about to end. */
  release(): void {
    this.#isReleased = true;
    for (const giveUp of this.#giveUps) giveUp();
  }

  async #start(id: string, message: Message, log: Log): Promise<Outcome> {
    const progress: Progress = { isOurs: false, isAnswered: false, isGivenUp: false };
    const work = this.#work(id, message, progress, log);
    const inTime = work.then((reply) => ({ reply, isLate: false }));
    const { promise: noMoreTime, cancel } = this.#deadline();
    const answer = await Promise.race([inTime, noMoreTime]).finally(cancel);
    progress.isAnswered = true;
    if (answer === STOPPING) {
      progress.isGivenUp = true;
      if (progress.isOurs) await this.#forget(id, log);
      throw new Refusal(503, STOPPING); // WeChat tries again: with our successor.
    }
    if (progress.isOurs) void this.#publish(id, answer.reply, log);
    if (answer.isLate) void this.#finishLate(work, progress, message.FromUserName, log);
    return answer;
  }

  async #work(
    id: string,
    message: Message,
    progress: Progress,
    log: Log,
  ): Promise<Reply | undefined> {
    await this.#turn();
    const startedAt = performance.now();
    try {
      const reply = await this.#claim(id, progress, log);
      if (!progress.isOurs) return reply;
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

  /** Makes the push ours, or waits for the reply of the process that has it. */
  async #claim(id: string, progress: Progress, log: Log): Promise<Reply | undefined> {
    try {
      while (!progress.isGivenUp) {
        if (await this.#store.add(`push:${id}`, '', REMEMBERED_S)) {
          progress.isOurs = !progress.isGivenUp;
          if (!progress.isOurs) await this.#forget(id, log);
          return undefined;
        }
        const value = await this.#store.get(`push:${id}`);
        if (value) return JSON.parse(value).reply;
        if (progress.isAnswered) return undefined;
        await sleep(LOOK_MS);
      }
    } catch (error) {
      log.error({ err: error }, 'cannot ask the store for duplicates');
      progress.isOurs = !progress.isGivenUp; // Better twice than never.
    }
    return undefined;
  }

  /** Other processes answer as this one did: with nothing, when it was late. */
  async #publish(id: string, reply: Reply | undefined, log: Log): Promise<void> {
    try {
      await this.#store.set(`push:${id}`, JSON.stringify({ reply }), REMEMBERED_S);
    } catch (error) {
      log.error({ err: error }, 'cannot tell the store the reply');
    }
  }

  async #forget(id: string, log: Log): Promise<void> {
    try {
      await this.#store.take(`push:${id}`);
    } catch (error) {
      log.error({ err: error }, 'cannot give the push to another process');
    }
  }

  async #turn(): Promise<void> {
    if (this.#working >= WORKERS) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#working += 1;
  }

  #deadline() {
    let cancel = () => {};
    const promise = new Promise<Outcome | typeof STOPPING>((resolve) => {
      const giveUp = () => resolve(STOPPING);
      const timer = setTimeout(() => resolve(LATE), DEADLINE_MS);
      this.#giveUps.add(giveUp);
      cancel = () => {
        clearTimeout(timer);
        this.#giveUps.delete(giveUp);
      };
    });
    return { promise, cancel };
  }

  async #finishLate(
    work: Promise<Reply | undefined>,
    progress: Progress,
    openid: string,
    log: Log,
  ): Promise<void> {
    this.#late += 1;
    try {
      const reply = await work;
      if (!reply || !progress.isOurs) return;
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
