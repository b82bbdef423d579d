import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { writeOnce } from './private-file.ts';
import { readTextFile } from './text-file.ts';

/** What the owner of a relay lets the holder of one token do. The token itself is kept nowhere, only its hash. */
export interface RelayGrant {
  /** 12 hex digits, also the beginning of the token. */
  readonly id: string;
  /** Who has it, in the owner's words. */
  readonly label?: string | undefined;
  /** Names it may take: `shop`, or `shop-*` for every name that begins so. Absent: every name. */
  readonly names?: readonly string[] | undefined;
  /** What each of its tunnels may have, instead of what the relay gives everybody. */
  readonly quota?: GrantQuota | undefined;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; absent: it does not end by itself. */
  readonly expiresAt?: string | undefined;
}

/** Whole numbers; 0: no limit; absent: what everybody has. */
export interface GrantQuota {
  readonly requestsPerS?: number | undefined;
  /** At once. */
  readonly connections?: number | undefined;
}

/** What a new grant is to be. */
export interface NewRelayGrant extends Omit<RelayGrant, 'id' | 'createdAt'> {
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** So that a leaked one is recognised for what it is. */
const PREFIX = 'wxrt_';

/** 160 bits: nobody finds one by trying. */
const SECRET_BYTES = 20;

const ID_BYTES = 6;
const tokenPattern = /^wxrt_([0-9a-f]{12})([0-9a-f]{40})$/;
const filePattern = /^([0-9a-f]{12})\.json$/;

/**
 * The tokens that the owner of a relay has handed out: one file each in a folder of its own, so that two processes never write the
 * same file, and a running relay sees at once what was created or revoked.
 */
export class RelayGrants {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes a token. It is given once, here. @throws WXD6008 */
  async create({ now, ...grant }: NewRelayGrant): Promise<{ grant: RelayGrant; token: string }> {
    const id = randomBytes(ID_BYTES).toString('hex');
    const token = `${PREFIX}${id}${randomBytes(SECRET_BYTES).toString('hex')}`;
    const made: RelayGrant = { id, ...grant, createdAt: new Date(now).toISOString() };
    const text = JSON.stringify({ ...made, hash: hash(token).toString('hex') }, undefined, 2);
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      await writeOnce(this.#pathOf(id), `${text}\n`);
    } catch (error) {
      const details = { path: this.#dir, reason: fileProblem(error) };
      throw new WxDevError('WXD6008', details, { cause: error });
    }
    return { grant: made, token };
  }

  /** Every grant, oldest first; none where there is no folder. @throws WXD6004 for a damaged file */
  async list(): Promise<readonly RelayGrant[]> {
    const names = await readdir(this.#dir).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const ids = names.flatMap((name) => filePattern.exec(name)?.[1] ?? []);
    const grants = await Promise.all(ids.map((id) => this.#read(id)));
    return grants
      .flatMap((found) => (found ? [found.grant] : []))
      .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** Whether a token was ever made here, also when all have been revoked: `create` makes the folder, and nothing removes it. */
  async wasUsed(): Promise<boolean> {
    try {
      await stat(this.#dir);
      return true;
    } catch (error) {
      // What cannot be looked at may hold tokens.
      return errorCode(error) !== 'ENOENT';
    }
  }

  /** Takes a token back; `false` when there is none with this id. */
  async revoke(id: string): Promise<boolean> {
    if (!filePattern.test(`${id}.json`)) return false;
    try {
      await rm(this.#pathOf(id));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** The grant that `token` stands for, unless it is unknown, revoked or over. */
  async find(token: string, now: number): Promise<RelayGrant | undefined> {
    const id = tokenPattern.exec(token)?.[1];
    const found = id === undefined ? undefined : await this.#read(id);
    if (!found || !timingSafeEqual(found.hash, hash(token))) return undefined;
    return isOver(found.grant, now) ? undefined : found.grant;
  }

  /** Whether the grant `id` still holds. */
  async holds(id: string, now: number): Promise<boolean> {
    const found = await this.#read(id);
    return found !== undefined && !isOver(found.grant, now);
  }

  async #read(id: string): Promise<{ grant: RelayGrant; hash: Buffer } | undefined> {
    const path = this.#pathOf(id);
    const file = await readTextFile(path, this.#dir);
    if (!file) return undefined;
    const found = readGrant(id, file.text);
    if (found) return found;
    const reason = {
      en: 'it is no grant of wx-dev relay token',
      zh: '不是 wx-dev relay token 写入的内容',
    };
    throw new WxDevError('WXD6004', { path, reason });
  }

  #pathOf(id: string): string {
    return join(this.#dir, `${id}.json`);
  }
}

/** Whether the time of a grant is over. */
export function isOver({ expiresAt }: RelayGrant, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

/** A file as `create` wrote it; undefined for anything else. */
function readGrant(id: string, text: string): { grant: RelayGrant; hash: Buffer } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const { hash: hex, label, names, quota, createdAt, expiresAt } = fields;
  if (typeof hex !== 'string' || !/^[0-9a-f]{64}$/.test(hex)) return undefined;
  if (!isTime(createdAt) || !(expiresAt === undefined || isTime(expiresAt))) return undefined;
  if (!(label === undefined || typeof label === 'string')) return undefined;
  if (!(names === undefined || isTextList(names))) return undefined;
  if (!(quota === undefined || isQuota(quota))) return undefined;
  return {
    grant: { id, label, names, quota, createdAt, expiresAt },
    hash: Buffer.from(hex, 'hex'),
  };
}

function isQuota(value: unknown): value is GrantQuota {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((each) => Number.isSafeInteger(each) && each >= 0);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
