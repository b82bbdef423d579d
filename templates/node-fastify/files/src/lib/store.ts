/** What must outlive a request: sessions, nonces, duplicates, counters. All of it expires. */
export interface Store {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, seconds: number): Promise<void>;
  /** Like `set`, but only the first one; false for all others until it expires. */
  add(key: string, value: string, seconds: number): Promise<boolean>;
  /** Gets and removes: what may be used once. */
  take(key: string): Promise<string | undefined>;
  /** One more than the last time, 1 after it has expired. */
  count(key: string, seconds: number): Promise<number>;
  /** Rejects when the store cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}
