import type { ErrorCode } from '../errors.ts';
import type { Language } from '../errors/define.ts';

/** The long form of an error in one language. No trailing full stops in lists; commands are written as they are typed. */
interface GuideText {
  /** The meaning in one line, for lists. */
  readonly title: string;
  /** What it means, in a sentence or three. */
  readonly about: string;
  /** How to see it with your own eyes: what to run or to look at. */
  readonly see?: string | undefined;
  /** The likeliest first. */
  readonly causes: readonly string[];
  /** What to do, in order. */
  readonly fix: readonly string[];
}

/** The long form of an error, as `wx-dev explain` prints it offline. */
export type Guide = Readonly<Record<Language, GuideText>> & {
  /** The official page, RFC or rule behind it, where there is one. */
  readonly source?: string | undefined;
};

/** Long forms by code. */
export type Guides = Readonly<Partial<Record<ErrorCode, Guide>>>;
