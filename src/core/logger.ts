/** Values that may accompany a log line. Never a secret: callers mask before they log. */
type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where a room reports what no caller can return: housekeeping, retries, odd peers. The caller decides what becomes of it. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger that drops everything; the default of every room. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
