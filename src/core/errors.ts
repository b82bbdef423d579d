import { botErrors } from './errors/bot.ts';
import { certIssuingErrors } from './errors/cert-issuing.ts';
import { certUsingErrors } from './errors/cert-using.ts';
import { certErrors } from './errors/certs.ts';
import { conformErrors } from './errors/conform.ts';
import type { ErrorDefinition, Language } from './errors/define.ts';
import { appErrors } from './errors/app.ts';
import { historyErrors } from './errors/history.ts';
import { lateErrors } from './errors/late.ts';
import { scaffoldErrors } from './errors/scaffold.ts';
import { sendingErrors } from './errors/sending.ts';
import { settingsErrors } from './errors/settings.ts';
import { clientErrors } from './errors/client.ts';
import { proxyErrors } from './errors/proxy.ts';
import { relayErrors } from './errors/relay.ts';
import { tunnelErrors } from './errors/tunnel.ts';
import { wechatErrors } from './errors/wechat.ts';

export {
  formatSource,
  say,
  type Language,
  type SettingSource,
  type Words,
} from './errors/define.ts';

/** Every error wx-dev can name. 1xxx WeChat protocol, 2xxx timing and replies, 3xxx local app, 4xxx tunnel and relay, 5xxx certificates, 6xxx settings, 7xxx scaffold. */
export const errorCatalogue = {
  ...wechatErrors,
  ...botErrors,
  ...conformErrors,
  ...appErrors,
  ...lateErrors,
  ...tunnelErrors,
  ...proxyErrors,
  ...relayErrors,
  ...clientErrors,
  ...certErrors,
  ...certUsingErrors,
  ...certIssuingErrors,
  ...settingsErrors,
  ...historyErrors,
  ...sendingErrors,
  ...scaffoldErrors,
};

/** A code such as `WXD1001`. */
export type ErrorCode = keyof typeof errorCatalogue;

/** What must be known to explain the error `C`. */
export type ErrorDetails<C extends ErrorCode> =
  (typeof errorCatalogue)[C] extends ErrorDefinition<infer Details> ? Details : never;

/**
 * The one error class of wx-dev: a mistake of the user, the peer or the surroundings, never a bug.
 * Branch on `code`. `message` is the English text; `formatError` gives either language.
 */
export class WxDevError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'WxDevError';
  readonly code: C;
  readonly details: ErrorDetails<C>;

  constructor(code: C, details: ErrorDetails<C>, options?: { cause?: unknown }) {
    super(describe(code, details, 'en').title, options);
    this.code = code;
    this.details = details;
  }
}

/** Whether `value` is a `WxDevError`, with one of `codes` when any are given. */
export function isWxDevError<C extends ErrorCode>(
  value: unknown,
  ...codes: C[]
): value is WxDevError<C> {
  if (!(value instanceof WxDevError)) return false;
  return codes.length === 0 || codes.some((code) => code === value.code);
}

/** An error as the terminal shows it, without colour. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly title: string;
  readonly body: readonly string[];
  readonly run: string;
}

/** The one printer: what `error` says in `language`. */
export function formatError(error: WxDevError, language: Language): ErrorReport {
  return { code: error.code, ...describe(error.code, error.details, language) };
}

function describe<C extends ErrorCode>(
  code: C,
  details: ErrorDetails<C>,
  language: Language,
): Omit<ErrorReport, 'code'> {
  // The catalogue is a union of definitions; `C` and `details` come from the same entry, which TypeScript cannot follow.
  const definition = errorCatalogue[code] as unknown as ErrorDefinition<ErrorDetails<C>>;
  const text = definition[language];
  return { title: text.title(details), body: text.body(details), run: text.run(details) };
}
