import { formatError } from '../../core/errors.ts';
import type { LostLink } from '../../tunnel/link-slot.ts';
import type { Context } from '../context.ts';
import { fitText } from './wrap.ts';

/** Where and how it is said. */
type View = Pick<Context, 'messages' | 'err' | 'language'>;

/** Milliseconds until the same is said again: a client dials many times a minute, and somebody looks now and then. */
const REPEAT_MS = 15_000;

/** Says that a tunnel is lost and why: once, then when the reason changes, and now and then. */
export class LostTunnel {
  #said: { readonly reason: string; readonly at: number } | undefined;

  /** The lines for this dial; none when it is no news. `now` in milliseconds of any steady clock. */
  reconnecting(lost: LostLink, now: number, { messages, err, language }: View): string[] {
    const reason = lost.error ? formatError(lost.error, language).title : lost.reason;
    if (this.#said?.reason === reason && now - this.#said.at < REPEAT_MS) return [];
    this.#said = { reason, at: now };
    const text = messages.tunnelState.reconnecting(reason, lost.delayMs, lost.attempt);
    return fitText(text, err).map((line) => err.tone('warn', line));
  }

  /** The lines for a tunnel that is back. */
  reconnected(downMs: number, url: string, { messages, err }: View): string[] {
    this.#said = undefined;
    const text = messages.tunnelState.reconnected(downMs, url);
    return fitText(text, err).map((line) => err.tone('good', line));
  }
}

/** As it is printed for programs: every dial. */
export function lostLinkJson({ attempt, delayMs, reason, error }: LostLink): object {
  return { attempt, delayMs, reason, code: error?.code };
}
