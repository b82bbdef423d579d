import type { AccountKind } from '../../wechat/account.ts';
import { botRules } from './bot.ts';
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
  ...others(plainRules),
  ...encryptedRules,
  ...botRules,
  ...replyRules,
  ...contentRules,
  ...tamperedRules,
  ...dedupeRules,
  ...slowRules,
  ...sizeRules,
  ...others(xmlRules),
  ...parallelRules,
  ...others(loginRules),
  ...secretsRules,
  ...shutdownRules,
];

/** Which rules to run, each named by its id, its group, or the number of that. */
export interface Selection {
  /** @default all */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
}

/** The rules that a selection means, for an account of this kind; `unknown` are names that mean none. */
export function selectRules(
  { only = [], skip = [] }: Selection,
  kind?: AccountKind,
): {
  readonly rules: readonly Rule[];
  readonly unknown: readonly string[];
} {
  const rules = conformRules.filter(
    (rule) =>
      rule.who !== (kind === 'work-bot' ? 'others' : 'bots') &&
      (only.length === 0 || only.some((name) => means(name, rule))) &&
      !skip.some((name) => means(name, rule)),
  );
  const unknown = [...only, ...skip].filter(
    (name) => !conformRules.some((rule) => means(name, rule)),
  );
  return { rules, unknown };
}

/** What a bot cannot be asked: it has no plain mode, no XML and no mini program. */
function others(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, who: 'others' }));
}

function means(name: string, { id, group }: Rule): boolean {
  return name === id || name === group || name === String(groups[group].number);
}
