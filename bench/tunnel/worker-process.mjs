import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of the benchmark, with `worker.mjs` in it, spoken to over IPC. */
export class Worker {
  #child;

  /** @param {{ place: import('./place.mjs').Place, side: import('./place.mjs').Side, role: string, args?: string[], execArgv?: string[] }} options */
  constructor({ place, side, role, args = [], execArgv = [] }) {
    const file = join(import.meta.dirname, 'worker.mjs');
    const [program, ...rest] = place.wrap(side, [
      process.execPath,
      ...execArgv,
      file,
      role,
      ...args,
    ]);
    this.#child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ready = this.#answer().then(({ ready }) => ready);
  }

  get pid() {
    return this.#child.pid;
  }

  async call(call, options = {}) {
    this.#child.send({ call, ...options });
    const answer = await this.#answer();
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.send({ call: 'exit' });
    await exited;
  }

  async #answer() {
    const gone = new AbortController();
    const onExit = (code) => gone.abort(new Error(`a worker ended with ${code}`));
    this.#child.once('exit', onExit);
    try {
      const [message] = await once(this.#child, 'message', { signal: gone.signal });
      return message;
    } finally {
      this.#child.off('exit', onExit);
    }
  }
}
