import { createServer } from 'node:net';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { formatError } from '../core/errors.ts';
import { openProjectState } from '../config/state.ts';
import { startApp } from '../dev/app.ts';
import { runProjectCommand } from '../dev/project-command.ts';
import { checkInstalled, checkPrograms } from '../dev/requirements.ts';
import { readRecord } from '../scaffold/record.ts';
import { composePush } from '../simulator/compose.ts';
import type { SendOutcome } from '../simulator/outcome.ts';
import { sendPush, sendVerify } from '../simulator/send.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { resolveAccount } from './account.ts';
import type { Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderError } from './render/error.ts';
import { renderTry, type TryStep } from './render/try.ts';
import { loadCommandSettings } from './settings.ts';

/** What a follower writes first. */
const FIRST_WORDS = '你好';

/** WeChat's own patience, in milliseconds. */
const ANSWER_MS = 5000;

/** `wx-dev try [dir]`: starts the project, shows the first signed and encrypted round trip with times, and stops it. Offline. */
export async function runTry(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const dir = resolve(context.cwd, args[0] ?? '.');
  const { manifest } = await readRecord(dir);
  const { env, signal, kill, atExit, messages, err, quiet } = context;
  await checkPrograms(manifest.requires, { env, signal });
  await checkInstalled(dir, manifest.lang, manifest.scripts['install']);
  const settings = await loadCommandSettings({ args, options, context: { ...context, cwd: dir } });
  const { account } = resolveAccount(settings, await openProjectState(dir));
  const { build, start = '' } = manifest.scripts;
  const steps: TryStep[] = [];
  if (build !== undefined) {
    if (!quiet) err.line(`  ${messages.try.building(build)}`);
    const startedAt = performance.now();
    await runProjectCommand({ command: build, cwd: dir, env, signal });
    steps.push({ name: 'built', what: build, ms: performance.now() - startedAt });
  }
  const port = await freePort();
  const startedAt = performance.now();
  let totalMs = 0;
  const app = await startApp({
    command: start.split(' '),
    cwd: dir,
    env: { ...env, PORT: String(port) },
    port,
    signal,
    kill,
    atExit,
    onLine: (line, stream) => {
      if (context.verbose || stream === 'stderr') err.line(err.tone('dim', line));
    },
  });
  try {
    const ms = performance.now() - startedAt;
    steps.push({ name: 'started', what: `${start}, http://127.0.0.1:${port}`, ms });
    const url = `http://127.0.0.1:${port}${manifest.wx?.callbackPath ?? '/wx'}`;
    steps.push(...(await exchange({ url, account, signal })));
    totalMs = performance.now() - startedAt;
  } finally {
    await app.close();
  }
  return report({ dir, template: manifest.name, steps, totalMs }, context);
}

/** The verification, a text in clear and an encrypted one, as WeChat sends them. */
async function exchange(target: {
  readonly url: string;
  readonly account: Account;
  readonly signal: AbortSignal;
}): Promise<TryStep[]> {
  const options = { ...target, timeoutMs: ANSWER_MS };
  const verified = await sendVerify(options);
  const steps: TryStep[] = [stepOf('verified', 'echostr', verified)];
  const isSealed = target.account.aesKey !== undefined;
  const modes: Mode[] = isSealed ? ['plain', 'safe'] : ['plain'];
  for (const [index, mode] of modes.entries()) {
    const now = Math.floor(Date.now() / 1000);
    const msgId = String(BigInt(now) * 10_000_000n + BigInt(index));
    const push = { what: 'text', content: FIRST_WORDS, msgId, createTime: String(now) };
    const outcome = await sendPush({ ...options, mode, fields: composePush(push), attempts: 1 });
    const step = stepOf(mode === 'plain' ? 'plain' : 'encrypted', FIRST_WORDS, outcome);
    // An app in safe mode does right to refuse what is not encrypted.
    const isRefused = mode === 'plain' && isSealed && outcome.status === 403;
    steps.push(
      isRefused ? { name: 'plain', what: FIRST_WORDS, ms: outcome.ms, refused: true } : step,
    );
  }
  return steps;
}

function stepOf(name: TryStep['name'], what: string, outcome: SendOutcome): TryStep {
  return { name, what, ms: outcome.ms, outcome };
}

interface Tried {
  readonly dir: string;
  readonly template: string;
  readonly steps: readonly TryStep[];
  readonly totalMs: number;
}

function report({ dir, template, steps, totalMs }: Tried, context: Context): ExitCode {
  const { out, err, json, language } = context;
  const failed = steps.flatMap(({ outcome }) =>
    outcome === undefined || outcome.accepted ? [] : outcome.faults,
  );
  const isGood = steps.every(({ outcome }) => outcome?.accepted !== false);
  if (json) {
    const shown = steps.map(({ name, what, ms, outcome, refused }) => ({
      name,
      what,
      ms: Math.round(ms),
      ...(outcome && {
        accepted: outcome.accepted,
        status: outcome.status,
        reply: outcome.reply ?? null,
      }),
      ...(refused && { refused }),
    }));
    out.line(
      JSON.stringify({ dir, template, ok: isGood, steps: shown, totalMs: Math.round(totalMs) }),
    );
  } else {
    for (const line of renderTry(steps, totalMs, context)) out.line(line);
    for (const fault of failed) {
      for (const line of renderError(formatError(fault, language), err)) err.line(line);
    }
  }
  return isGood ? exitCodes.ok : exitCodes.expectation;
}

/** A port that was free a moment ago: the app of a user may not know port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
