// `{ code, msg, data }`: what every answer below /api looks like. `code` is 0 when all is well.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { WechatError } from '../wechat/client.ts';

export interface Envelope {
  readonly code: number;
  readonly msg: string;
  readonly data: unknown;
}

/** An answer other than ok: `code` is for programs, its first three digits are the HTTP status. */
export class ApiError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export function ok(data: unknown = null): Envelope {
  return { code: 0, msg: 'ok', data };
}

export function failure(code: number, msg: string): Envelope {
  return { code, msg, data: null };
}

/** Reads a body; what was sent stays out of the error, it may be a secret. */
export function parseBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const places = new Set(result.error.issues.map(({ path }) => path.join('.') || 'body'));
  throw new ApiError(40000, `missing or wrong: ${[...places].join(', ')}`);
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const shown = visible(error);
  if (shown.code >= 50000) request.log.error({ err: error }, 'failed');
  return reply.code(Math.floor(shown.code / 100)).send(failure(shown.code, shown.message));
}

/** What the caller may know: of faults of ours nothing but that there is one. */
function visible(error: FastifyError | ApiError | WechatError): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof WechatError) {
    return error.isBadCode
      ? new ApiError(40001, 'code is wrong, used or older than 5 minutes')
      : new ApiError(50200, 'WeChat did not do it');
  }
  const status = error.statusCode ?? 500;
  if (status === 429) return new ApiError(42900, 'too many requests');
  return status < 500
    ? new ApiError(status * 100, error.message)
    : new ApiError(50000, 'internal error');
}
