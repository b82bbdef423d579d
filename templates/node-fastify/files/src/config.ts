import { z } from 'zod';

const secret = z.string().min(32, 'needs 32 characters or more');

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  WX_APPID: z.string().default(''),
  WX_SECRET: z.string().default(''),
  WX_TOKEN: z.string().regex(/^[A-Za-z0-9]{3,32}$/, 'needs 3 to 32 letters and digits'),
  WX_AES_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, 'needs 43 letters and digits')
    .optional(),
  WX_MODE: z.enum(['plain', 'compat', 'safe']).optional(),
  WX_API_BASE: z.url().default('https://api.weixin.qq.com'),
  JWT_SECRET: secret,
  API_SIGN_SECRET: secret,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PUBLIC_URL: z.url().optional(),
  TRUST_PROXY: z.string().optional(),
});

export type Config = z.infer<typeof Environment>;

/** Reads the settings; the error names every one that is wrong, and repeats no value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty line of .env means: not set.
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const result = Environment.safeParse(Object.fromEntries(set));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, code, message }) => {
    const isMissing = code === 'invalid_type' && !(environment[String(path[0])] ?? '');
    return `  ${path.join('.')}: ${isMissing ? 'is not set' : message}`;
  });
  throw new Error(`wrong settings (environment, .env.local or .env):\n${problems.join('\n')}`);
}
