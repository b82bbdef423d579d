/** Why a client was sent away, given up, or has left: what the relay tells the client, its log and `--json`. */
export type DepartureReason =
  | 'its client ended'
  | 'its client was started anew'
  | 'a newer client of the same owner took over'
  | 'it has newer links'
  | 'it dialled again'
  | 'it fell silent'
  | 'it did not come back'
  | 'it came back with a wrong count'
  | 'it sent text'
  | 'its token is no longer valid'
  | 'the relay asks for a token now'
  | 'the relay ends';

/** Why a client is gone, and whether it will want to come back. */
export interface Departure {
  /** A `DepartureReason`, or what else ended its connection. */
  readonly reason: string;
  readonly isExpected: boolean;
  /** Whether it was away before, so that its loss is no news. */
  readonly wasSuspended: boolean;
}
