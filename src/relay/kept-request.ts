import type { Admission } from './admission.ts';
import { SPOOL_BODY_MS } from './limits.ts';
import { spoolFull, type Refusal } from './refusals.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Router } from './routing.ts';
import type { Spool } from './spool.ts';
import { keptAnswer, SpoolIntake, type IntakeShare } from './spool-intake.ts';

/** Who decides whether a request is kept, and where. */
export interface Keepers {
  readonly router: Router;
  readonly admission: Admission;
  readonly spool: () => Spool | undefined;
  readonly now: () => number;
}

/** The connection that a request came on. */
export interface KeptRequestOwner {
  /** The request is safe on the disk: `answer` says so to its sender. */
  kept(answer: Buffer): void;
  /** It is not: answer so. */
  refuse(refusal: Refusal): void;
}

/** One request for a client that is away, from its head until it is on the disk. */
export class KeptRequest {
  readonly #owner: KeptRequestOwner;
  readonly #request: LoggedRequest;
  readonly #spool: Spool;
  /** What to say where keeping fails. */
  readonly #refusal: Refusal;
  readonly #share: IntakeShare;
  readonly #intake: SpoolIntake;
  /** When its sender has taken too long. */
  readonly #latest: number;
  #isWriting = false;
  #isAwaited = true;

  /**
   * Begins to keep `request`, for which there is nothing but `refusal`, if its client has asked for that.
   * @returns what to say instead when it is not kept
   */
  static begin(
    owner: KeptRequestOwner,
    request: LoggedRequest,
    refusal: Refusal,
    { router, admission, spool, now }: Keepers,
  ): KeptRequest | Refusal {
    const keeper = spool();
    const name = router.nameOf(request.head.host);
    if (name === undefined || !keeper?.wants(name, request.head)) return refusal;
    request.name = name;
    const refused = admission.keep(request, now());
    return refused ?? new KeptRequest(owner, request, refusal, keeper, now());
  }

  private constructor(
    owner: KeptRequestOwner,
    request: LoggedRequest,
    refusal: Refusal,
    spool: Spool,
    now: number,
  ) {
    this.#owner = owner;
    this.#request = request;
    this.#refusal = refusal;
    this.#spool = spool;
    this.#latest = now + SPOOL_BODY_MS;
    this.#share = spool.takeIn(request.name);
    this.#intake = new SpoolIntake(request.head, this.#share);
  }

  /** When it has taken too long. Once the body is here it is the disk that takes its time. */
  get deadline(): number {
    return this.#isWriting ? Infinity : this.#latest;
  }

  /** Takes bytes of the connection; those behind the body are dropped. @throws WXD4012, WXD4048 */
  push(bytes: Buffer): void {
    if (this.#isWriting) return;
    const body = this.#intake.push(bytes);
    if (body === 'full') this.#owner.refuse(spoolFull(this.#request.name));
    else if (body) void this.#keep(body);
  }

  /** It takes too long, or too much. */
  giveUp(): void {
    this.#owner.refuse(this.#refusal);
  }

  /** Its sender waits no more, and sends it again. What is being written still counts until it is written. */
  leave(): void {
    this.#isAwaited = false;
    if (!this.#isWriting) this.#share.release();
  }

  async #keep(body: Buffer): Promise<void> {
    this.#isWriting = true;
    const kept = await this.#spool.keep(this.#request, body, () => this.#isAwaited);
    this.#share.release();
    if (!this.#isAwaited) return;
    if (kept === 'kept') this.#owner.kept(keptAnswer(this.#request.origin.requestId));
    else this.#owner.refuse(kept === 'full' ? spoolFull(this.#request.name) : this.#refusal);
  }
}
