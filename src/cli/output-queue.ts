/** Where text goes in the end. */
interface Sink {
  write(text: string): unknown;
}

/**
 * Gathers what is written within one turn of the event loop and writes it at once: under load a line of its own for each push costs more
 * than the push. Keeps the order, also between two streams, which may be one file.
 */
export class OutputQueue {
  #waiting: { readonly sink: Sink; text: string }[] = [];

  write(sink: Sink, text: string): void {
    const last = this.#waiting.at(-1);
    if (last?.sink === sink) last.text += text;
    else this.#waiting.push({ sink, text });
    // Not a microtask: that would come after each socket's data, not after that of all sockets.
    if (this.#waiting.length === 1 && last === undefined) setImmediate(() => this.flush());
  }

  /** Writes everything now: before the process ends, and before anything is written past the queue. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { sink, text } of waiting) sink.write(text);
  }
}
