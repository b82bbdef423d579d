import type { ErrorCode } from '../core/errors.ts';

/** What the process exits with; listed in `--help` and stable across minor versions. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  settings: 3,
  verification: 4,
  network: 5,
  late: 6,
  expectation: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Codes that do not follow the rule of their range. */
const exceptions: Partial<Record<ErrorCode, ExitCode>> = {
  WXD2001: exitCodes.late,
  WXD6007: exitCodes.usage,
  WXD7001: exitCodes.usage,
  WXD7002: exitCodes.usage,
  WXD7003: exitCodes.usage,
  WXD4005: exitCodes.usage,
  WXD4010: exitCodes.settings,
};

/** The exit code of an error that ended a command: by its code, else by the range of its code. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  const exception = exceptions[code];
  if (exception !== undefined) return exception;
  switch (code.slice(0, 4)) {
    case 'WXD1':
      return exitCodes.verification;
    case 'WXD2':
      return exitCodes.expectation;
    case 'WXD3':
    case 'WXD4':
      return exitCodes.network;
    default:
      return exitCodes.settings;
  }
}
