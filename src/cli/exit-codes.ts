import { isWxDevError, type ErrorCode, type WxDevError } from '../core/errors.ts';

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
  WXD1003: exitCodes.settings,
  WXD1101: exitCodes.settings,
  WXD1126: exitCodes.settings,
  WXD1131: exitCodes.settings,
  WXD1153: exitCodes.expectation,
  WXD1154: exitCodes.expectation,
  WXD1155: exitCodes.expectation,
  WXD1230: exitCodes.expectation,
  WXD1231: exitCodes.expectation,
  WXD1240: exitCodes.expectation,
  WXD1207: exitCodes.usage,
  WXD1209: exitCodes.usage,
  WXD2001: exitCodes.late,
  WXD2150: exitCodes.network,
  WXD2014: exitCodes.settings,
  WXD3005: exitCodes.settings,
  WXD3006: exitCodes.settings,
  WXD3009: exitCodes.usage,
  WXD4005: exitCodes.usage,
  WXD4010: exitCodes.settings,
  WXD4049: exitCodes.settings,
  WXD5003: exitCodes.usage,
  WXD5005: exitCodes.usage,
  WXD5008: exitCodes.usage,
  WXD5025: exitCodes.usage,
  WXD5026: exitCodes.usage,
  WXD5040: exitCodes.usage,
  WXD5041: exitCodes.network,
  WXD5042: exitCodes.network,
  WXD6007: exitCodes.usage,
  WXD6061: exitCodes.usage,
  WXD6065: exitCodes.usage,
  WXD6040: exitCodes.usage,
  WXD6041: exitCodes.usage,
  WXD6043: exitCodes.usage,
  WXD6044: exitCodes.expectation,
  WXD6045: exitCodes.usage,
  WXD6046: exitCodes.usage,
  WXD6047: exitCodes.usage,
  WXD6048: exitCodes.usage,
  WXD6049: exitCodes.expectation,
  WXD7001: exitCodes.usage,
  WXD7002: exitCodes.usage,
  WXD7003: exitCodes.usage,
  WXD7007: exitCodes.usage,
  WXD7008: exitCodes.usage,
  WXD7009: exitCodes.usage,
  WXD7010: exitCodes.usage,
  WXD7011: exitCodes.usage,
  WXD7013: exitCodes.network,
};

/** The exit code of an error that ended a command: by its code, else by the range of its code. */
export function exitCodeOf(error: WxDevError): ExitCode {
  return blamesCommandLine(error) ? exitCodes.usage : exitCodeOfCode(error.code);
}

/** The same, where only the code is known. */
export function exitCodeOfCode(code: ErrorCode): ExitCode {
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

/** A bad or missing setting is a mistake of usage where it was typed: `--port`, `<what>`, `[content]`. */
function blamesCommandLine(error: WxDevError): boolean {
  if (isWxDevError(error, 'WXD6001')) return isTyped(error.details.source.name);
  if (isWxDevError(error, 'WXD6002')) return isTyped(error.details.name);
  return false;
}

function isTyped(name: string): boolean {
  return /^[-<[]/.test(name);
}
