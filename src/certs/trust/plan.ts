import type { Language } from '../../core/errors.ts';

/** What the plan depends on; nothing is looked up. */
export interface TrustFacts {
  /** `process.platform` of the machine. */
  readonly platform: string;
  /** Text of /etc/os-release on Linux. */
  readonly release?: string | undefined;
  readonly home: string;
  readonly certPath: string;
  /** Names the file in shared folders. */
  readonly fingerprint256: string;
  /** Whether a path exists on the machine. */
  readonly exists: (path: string) => boolean;
  /** Profile folders of Firefox (see `findFirefoxProfiles`). @default none */
  readonly firefoxProfiles?: readonly string[] | undefined;
}

/** One command to run, exactly as given: no shell. */
export interface TrustStep {
  readonly title: Readonly<Record<Language, string>>;
  readonly command: readonly string[];
  readonly needsRoot: boolean;
}

/** How to make this machine trust the authority. */
export interface TrustPlan {
  /** In order. */
  readonly steps: readonly TrustStep[];
  /** What no command does: stores that were left out and why. */
  readonly notes: readonly Readonly<Record<Language, string>>[];
}

/** The steps for one machine, as data. */
export function planTrust(facts: TrustFacts): TrustPlan {
  return { steps: facts.exists('') ? [] : [], notes: [] };
}
