import { storeLabel } from './label.ts';
import type { Texts, TrustFacts, TrustTarget } from './plan.ts';

const title: Texts = { en: 'Java (cacerts)', zh: 'Java（cacerts）' };

/** The password of every JDK's cacerts: its content is public. */
export const javaStore = ['-cacerts', '-storepass', 'changeit'];

/** The truststore of the Java on the PATH. It ignores the constraints of a root, so it is added on request only. */
export function planJava({ certPath, fingerprint256, platform }: TrustFacts): TrustTarget {
  const alias = storeLabel(fingerprint256);
  const command = ['keytool', '-importcert', ...javaStore, '-noprompt', '-alias', alias];
  const needsRoot = platform !== 'win32';
  const steps = [{ title, command: [...command, '-file', certPath], needsRoot }];
  return { store: 'java', kind: 'java', path: 'cacerts', title, steps };
}
