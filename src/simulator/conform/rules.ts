import { contentRules } from './content.ts';
import { dedupeRules } from './dedupe.ts';
import { loginRules } from './login.ts';
import { encryptedRules, plainRules } from './messages.ts';
import { parallelRules } from './parallel.ts';
import { replyRules } from './reply.ts';
import { groups, type Rule } from './rule.ts';
import { secretsRules } from './secrets.ts';
import { shutdownRules } from './shutdown.ts';
import { signatureRules } from './signature.ts';
import { sizeRules } from './size.ts';
import { slowRules } from './slow.ts';
import { tamperedRules } from './tampered.ts';
import { verifyRules } from './verify.ts';
import { xmlRules } from './xml.ts';

/** Every rule, in the order in which they are run: what ends the app comes last. */
export const conformRules: readonly Rule[] = [
  ...verifyRules,
  ...signatureRules,
  ...plainRules,
  ...encryptedRules,
  ...replyRules,
  ...contentRules,
  ...tamperedRules,
  ...dedupeRules,
  ...slowRules,
  ...sizeRules,
  ...xmlRules,
  ...parallelRules,
  ...loginRules,
  ...secretsRules,
  ...shutdownRules,
];

/** Which rules to run, each named by its id, its group, or the number of that. */
export interface Selection {
  /** @default all */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
}

/** The rules that a selection means; `unknown` are names that mean none. */
export function selectRules({ only = [], skip = [] }: Selection): {
  readonly rules: readonly Rule[];
  readonly unknown: readonly string[];
} {
  const rules = conformRules.filter(
    (rule) =>
      (only.length === 0 || only.some((name) => means(name, rule))) &&
      !skip.some((name) => means(name, rule)),
  );
  const unknown = [...only, ...skip].filter(
    (name) => !conformRules.some((rule) => means(name, rule)),
  );
  return { rules, unknown };
}

function means(name: string, { id, group }: Rule): boolean {
  return name === id || name === group || name === String(groups[group].number);
}
