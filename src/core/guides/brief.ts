import { errorCatalogue, type ErrorCode } from '../errors.ts';
import type { Guide, Guides } from './guide.ts';

/** A sentence in English and in Chinese. */
type Pair = readonly [en: string, zh: string];

/** A long form whose sentences stand in pairs; its English title is the meaning of the code. */
interface BriefGuide {
  /** The meaning in Chinese, in one line. */
  readonly title: string;
  readonly about: Pair;
  /** What to run or to look at. */
  readonly see?: Pair | undefined;
  readonly causes: readonly Pair[];
  readonly fix: readonly Pair[];
  readonly source?: string | undefined;
}

/** Long forms in pairs, by code. */
export type BriefGuides = Readonly<Partial<Record<ErrorCode, BriefGuide>>>;

/** Takes the pairs apart. */
export function expandGuides(brief: BriefGuides): Guides {
  // The keys are codes; `Object.entries` forgets it.
  const entries = Object.entries(brief) as [ErrorCode, BriefGuide][];
  return Object.fromEntries(entries.map(([code, guide]) => [code, expand(code, guide)]));
}

function expand(code: ErrorCode, { title, about, see, causes, fix, source }: BriefGuide): Guide {
  const side = (index: 0 | 1): Omit<Guide['en'], 'title'> => ({
    about: about[index],
    see: see?.[index],
    causes: causes.map((pair) => pair[index]),
    fix: fix.map((pair) => pair[index]),
  });
  return {
    en: { title: errorCatalogue[code].meaning, ...side(0) },
    zh: { title, ...side(1) },
    source,
  };
}
