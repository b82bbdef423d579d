import { fileURLToPath } from 'node:url';
import {
  createWorkspace,
  isReady,
  startCli,
  startProgram,
  type RunningCli,
  type Workspace,
} from '../helpers/cli.ts';

/** What waits for something that is promised within 10 s may wait so long before it counts as hanging: clocks tick, machines are busy. */
export const hangMs = 16_000;

const originScript = fileURLToPath(new URL('origin.mjs', import.meta.url));

/** A process of the stage, which can be stopped, killed, and started again on its port. */
export interface Actor {
  readonly port: number;
  readonly process: RunningCli;
  /** JSON lines of it, and of those before it. */
  events(): Record<string, unknown>[];
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Starts it again, on the same port. */
  restart(): Promise<void>;
}

/** Everything between a visitor and an app, each in a process of its own. */
export class Stage implements AsyncDisposable {
  readonly #workspace: Workspace;
  readonly #things: { close(): void }[] = [];
  readonly #running = new Set<RunningCli>();

  private constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  static async open(): Promise<Stage> {
    return new Stage(await createWorkspace());
  }

  /** The app. */
  origin(): Promise<Actor> {
    const { dir } = this.#workspace;
    return this.#start((port) =>
      startProgram(process.execPath, [originScript, String(port)], { cwd: dir }),
    );
  }

  /** `wx-dev relay`. */
  relay(...more: string[]): Promise<Actor> {
    return this.#start((port) =>
      this.#cli(['relay', '--port', String(port), '--json', '--quiet', ...more]),
    );
  }

  /** `wx-dev tunnel` under `<name>.localhost`. */
  async client(name: string, relayUrl: string, originPort: number): Promise<Actor> {
    return this.#start(() =>
      this.#cli(['tunnel', String(originPort), '--relay', relayUrl, '--subdomain', name, '--json']),
    );
  }

  /** Closes `thing` with the stage. */
  use<T extends { close(): void }>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#things) thing.close();
    for (const each of this.#running) each.kill('SIGKILL');
    await Promise.all([...this.#running].map(({ exited }) => exited));
    await this.#workspace[Symbol.asyncDispose]();
  }

  #cli(args: string[]): RunningCli {
    const { dir, env } = this.#workspace;
    return startCli(args, { cwd: dir, env });
  }

  async #start(run: (port: number) => RunningCli): Promise<Actor> {
    const begin = async (port: number): Promise<{ running: RunningCli; port: number }> => {
      const running = run(port);
      this.#running.add(running);
      void running.exited.then(() => this.#running.delete(running));
      return { running, port: portOf(await running.waitFor(isReady)) };
    };
    let { running, port } = await begin(0);
    const all = [running];
    return {
      get port() {
        return port;
      },
      get process() {
        return running;
      },
      events: () => all.flatMap((each) => each.events()),
      kill: async () => {
        running.kill('SIGKILL');
        await running.exited;
      },
      freeze: () => running.kill('SIGSTOP'),
      thaw: () => running.kill('SIGCONT'),
      restart: async () => {
        ({ running, port } = await begin(port));
        all.push(running);
      },
    };
  }
}

/** The port that a line `ready` tells: of an app its own, of a relay the one it listens on, of a client none. */
function portOf(ready: Record<string, unknown>): number {
  if (typeof ready['port'] === 'number') return ready['port'];
  const [url] = Array.isArray(ready['listen']) ? (ready['listen'] as unknown[]) : [];
  return typeof url === 'string' ? Number(new URL(url).port) : 0;
}
