import type { Language } from '../../core/errors.ts';
import { quoteForShell } from '../../core/errors/define.ts';
import { planDarwin } from './darwin.ts';
import { planJava } from './java.ts';
import { planLinux } from './linux.ts';
import { planWindows } from './windows.ts';

/** What the plan depends on; nothing is looked up. */
export interface TrustFacts {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Text of /etc/os-release on Linux. */
  readonly release?: string | undefined;
  readonly home: string;
  /** The authority's certificate. */
  readonly certPath: string;
  /** Colon-separated hex, as `Authority` has it; its first 8 digits name the file in shared folders. */
  readonly fingerprint256: string;
  /** Whether a path exists on the machine. */
  readonly exists: (path: string) => boolean;
  /** Profile folders of Firefox on Linux (see `findFirefoxProfiles`). @default none */
  readonly firefoxProfiles?: readonly string[] | undefined;
  /** `%SystemRoot%` on Windows. @default C:\Windows */
  readonly systemRoot?: string | undefined;
}

/** A text in each language. */
export type Texts = Readonly<Record<Language, string>>;

/** How a trust store is written to. `file`: a folder of roots and a command that takes them in. */
export type StoreKind = 'file' | 'nss' | 'keychain' | 'windows' | 'wsl' | 'java';

/** The name of a store in `--store`. */
export type StoreName = 'system' | 'chromium' | 'firefox' | 'windows' | 'java';

/** One command to run, exactly as given: no shell, nothing to expand. */
export interface TrustStep {
  readonly title: Texts;
  readonly command: readonly string[];
  /** Whether `sudo` has to go before it. */
  readonly needsRoot: boolean;
}

/** One trust store and what adds the authority to it. */
export interface TrustTarget {
  readonly store: StoreName;
  readonly kind: StoreKind;
  /** The file, the database's folder, the keychain, or the name of the store. */
  readonly path: string;
  readonly title: Texts;
  readonly steps: readonly TrustStep[];
  /** Whether the steps make the database too; then nothing of it may remain. */
  readonly makesDatabase?: boolean;
}

/** How to make this machine trust the authority. */
export interface TrustPlan {
  readonly targets: readonly TrustTarget[];
  /** Those of all targets, in order. */
  readonly steps: readonly TrustStep[];
  /** What no command does: stores that were left out and why, programs that read no store. */
  readonly notes: readonly Texts[];
}

/** Stores and notes, before the steps are put in one list. */
export type PlatformPlan = Omit<TrustPlan, 'steps'>;

/**
 * The steps for one machine, as data. Runs nothing and reads nothing. `stores` picks some; Java is never among them unless it
 * is named, because it ignores the constraints of a root (RFC 5280 §6.1.1 leaves that to the client).
 */
export function planTrust(facts: TrustFacts, stores?: readonly StoreName[]): TrustPlan {
  const plan = planPlatform(facts);
  const wanted = (target: TrustTarget): boolean => !stores || stores.includes(target.store);
  const java = stores?.includes('java') ? [planJava(facts)] : [];
  const targets = [...plan.targets.filter(wanted), ...java];
  const steps = targets.flatMap((target) => target.steps);
  return { targets, steps, notes: [...plan.notes, nodeNote(facts.certPath)] };
}

function planPlatform(facts: TrustFacts): PlatformPlan {
  switch (facts.platform) {
    case 'darwin':
      return planDarwin(facts);
    case 'win32':
      return planWindows(facts);
    default:
      return planLinux(facts);
  }
}

/** Node has its own list of roots and adds this file at process start only. */
function nodeNote(certPath: string): Texts {
  const variable = `NODE_EXTRA_CA_CERTS=${quoteForShell(certPath)}`;
  return {
    en: `Node reads no system store: start it with ${variable}`,
    zh: `Node 不读系统信任库：启动时设置 ${variable}`,
  };
}
