import { join } from 'node:path';
import { isOver, RelayGrants, type GrantQuota, type RelayGrant } from '../config/relay-grants.ts';
import { count } from '../config/values.ts';
import { WxDevError } from '../core/errors.ts';
import { parseGrantNames } from '../relay/access.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { dataFolderOf } from './data-folder.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

const DAY_MS = 86_400_000;

/** Ten years: whoever means longer means for ever. */
const MAX_DAYS = 3650;

/** The tokens that this user's relay accepts. */
export function relayGrantsOf(context: Context): RelayGrants {
  return new RelayGrants(join(dataFolderOf(context), 'relay', 'tokens'));
}

/** `wx-dev relay token create`: the token alone on standard output. */
export async function runTokenCreate({ options, context }: Invocation): Promise<ExitCode> {
  const { out, err, json, quiet, messages } = context;
  const now = Date.now();
  const names = textOption(options, 'names');
  const days = daysOf(textOption(options, 'expires'));
  const { grant, token } = await relayGrantsOf(context).create({
    now,
    label: textOption(options, 'label'),
    names: names === undefined ? undefined : parseGrantNames(names),
    quota: quotaOf(options),
    expiresAt: days === undefined ? undefined : new Date(now + days * DAY_MS).toISOString(),
  });
  if (json) {
    out.line(JSON.stringify({ ...grant, token }));
    return exitCodes.ok;
  }
  if (!quiet) err.line(`  ${messages.relayToken.created(grant.id)}`);
  out.line(token);
  if (!quiet) {
    err.line(`  ${messages.relayToken.use}`);
    err.line('    wx-dev dev --relay <url> --relay-token-file <path>');
  }
  return exitCodes.ok;
}

/** `wx-dev relay token list`: who may open tunnels; never the tokens. */
export async function runTokenList({ context }: Invocation): Promise<ExitCode> {
  const { out, err, json, messages } = context;
  const tokens = await relayGrantsOf(context).list();
  if (json) out.line(JSON.stringify({ tokens }));
  else if (tokens.length === 0) err.line(`  ${messages.relayToken.none}`);
  else for (const grant of tokens) for (const line of describe(grant, context)) out.line(line);
  return exitCodes.ok;
}

/** `wx-dev relay token revoke <id>`. @throws WXD6001 when there is none with this id */
export async function runTokenRevoke({ args, context }: Invocation): Promise<ExitCode> {
  const { err, out, json, quiet, messages } = context;
  const [id = ''] = args;
  if (!(await relayGrantsOf(context).revoke(id))) {
    throw new WxDevError('WXD6001', {
      source: { name: '<id>' },
      received: JSON.stringify(id),
      expected: { en: 'an id of wx-dev relay token list', zh: 'wx-dev relay token list 中的编号' },
    });
  }
  if (json) out.line(JSON.stringify({ id, revoked: true }));
  else if (!quiet) err.line(`  ${messages.relayToken.revoked(id)}`);
  return exitCodes.ok;
}

function describe(grant: RelayGrant, { messages }: Context): string[] {
  const { allNames, forever, until, over, rate, atOnce } = messages.relayToken;
  const { id, label = '', names, expiresAt, quota } = grant;
  const date = expiresAt?.slice(0, 10) ?? '';
  const end = isOver(grant, Date.now()) ? over(date) : until(date);
  return [
    `  ${id}  ${label}`.trimEnd(),
    [
      `    ${names?.join(', ') ?? allNames}`,
      expiresAt === undefined ? forever : end,
      ...(quota?.requestsPerS === undefined ? [] : [rate(quota.requestsPerS)]),
      ...(quota?.connections === undefined ? [] : [atOnce(quota.connections)]),
    ].join(' · '),
  ];
}

/** `--rate` and `--connections`. @throws WXD6001 */
function quotaOf(options: Invocation['options']): GrantQuota | undefined {
  const requestsPerS = countOf(options, 'rate');
  const connections = countOf(options, 'connections');
  return requestsPerS === undefined && connections === undefined
    ? undefined
    : { requestsPerS, connections };
}

function countOf(options: Invocation['options'], name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = count.parse(text, '');
  if (value !== undefined) return value;
  const source = { name: `--${name}` };
  throw new WxDevError('WXD6001', { source, received: text, expected: count.expected });
}

/** @throws WXD6001 */
function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,4}d?$/.test(text) ? Number.parseInt(text, 10) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new WxDevError('WXD6001', {
    source: { name: '--expires' },
    received: text,
    expected: {
      en: `days: a whole number from 1 to ${MAX_DAYS}`,
      zh: `天数：1 到 ${MAX_DAYS} 的整数`,
    },
  });
}
