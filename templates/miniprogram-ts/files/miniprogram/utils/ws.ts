import { baseUrl } from '../config';
import { currentSession, renewSession } from './auth';
import { isRecord } from './http';

export type ChatEvent = Readonly<Record<string, unknown>>;
export type ChatStatus = 'connecting' | 'open' | 'waiting' | 'closed';

export interface ChatListener {
  onEvent(event: ChatEvent): void;
  onStatus(status: ChatStatus): void;
}

/** Times in milliseconds. */
export interface ChatTimes {
  /** Proxies and phones drop what is silent for a minute. */
  readonly heartbeat: number;
  /** Without any message for so long the connection is dead, whatever the phone says. */
  readonly silence: number;
  /** Before the first attempt to come back; doubles up to `longest`. */
  readonly shortest: number;
  readonly longest: number;
}

const usualTimes: ChatTimes = {
  heartbeat: 25_000,
  silence: 60_000,
  shortest: 1000,
  longest: 30_000,
};

/** A WebSocket that comes back by itself, until it is closed. */
export class Chat {
  private readonly listener: ChatListener;
  private readonly times: ChatTimes;
  private socket: WechatMiniprogram.SocketTask | undefined;
  private status: ChatStatus = 'closed';
  private attempts = 0;
  private wasOpen = false;
  private token = '';
  private heardAt = 0;
  private heartbeat: Timer | undefined;
  private retry: Timer | undefined;

  constructor(listener: ChatListener, times: ChatTimes = usualTimes) {
    this.listener = listener;
    this.times = times;
  }

  open(): void {
    if (this.status === 'closed') void this.connect();
  }

  /** Whether it was sent: nothing is kept for later. */
  send(event: ChatEvent): boolean {
    if (this.status !== 'open' || this.socket === undefined) return false;
    this.socket.send({ data: JSON.stringify(event) });
    return true;
  }

  close(): void {
    this.become('closed');
    this.drop();
  }

  private async connect(): Promise<void> {
    this.become('connecting');
    this.attempts += 1;
    try {
      // What was refused before it opened may have been an old token.
      const isRefused = this.attempts > 1 && !this.wasOpen;
      const session = await (isRefused ? renewSession(this.token) : currentSession());
      if (this.isClosed()) return;
      this.token = session.token;
      this.wasOpen = false;
      this.listen(
        wx.connectSocket({
          url: `${baseUrl().replace(/^http/, 'ws')}/ws`,
          header: { Authorization: `Bearer ${session.token}` },
        }),
      );
    } catch {
      // No network, or the backend is away.
      this.comeBack();
    }
  }

  private listen(socket: WechatMiniprogram.SocketTask): void {
    this.socket = socket;
    const isCurrent = (): boolean => this.socket === socket;
    socket.onOpen(() => {
      if (!isCurrent()) return;
      this.wasOpen = true;
      this.attempts = 0;
      this.heardAt = Date.now();
      this.heartbeat = setInterval(() => this.beat(), this.times.heartbeat);
      this.become('open');
    });
    socket.onMessage(({ data }) => {
      if (!isCurrent()) return;
      this.heardAt = Date.now();
      const event = parse(data);
      if (event !== undefined && event.type !== 'pong') this.listener.onEvent(event);
    });
    socket.onError(() => isCurrent() && this.comeBack());
    socket.onClose(() => isCurrent() && this.comeBack());
  }

  private beat(): void {
    if (Date.now() - this.heardAt > this.times.silence) this.comeBack();
    else this.send({ type: 'ping' });
  }

  /** Later each time, and not all phones at once when a backend starts again. */
  private comeBack(): void {
    this.drop();
    if (this.isClosed()) return;
    this.become('waiting');
    // Whoever heard of it may have closed the chat.
    if (this.isClosed()) return;
    const { shortest, longest } = this.times;
    const wait = Math.min(longest, shortest * 2 ** Math.max(0, this.attempts - 1));
    this.retry = setTimeout(() => void this.connect(), wait * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    if (this.heartbeat !== undefined) clearInterval(this.heartbeat);
    if (this.retry !== undefined) clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close({});
  }

  private isClosed(): boolean {
    return this.status === 'closed';
  }

  private become(status: ChatStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.listener.onStatus(status);
  }
}

/** A number in mini programs, an object in the tests. */
type Timer = ReturnType<typeof setTimeout>;

function parse(data: string | ArrayBuffer): ChatEvent | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
