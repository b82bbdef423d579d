import { isAbsolute } from 'node:path';
import { javaStore } from './java.ts';
import { planSystemRemoval } from './linux.ts';
import { nssNickname, storeLabel } from './label.ts';
import { findCertutil } from './nss.ts';
import type { TrustFacts, TrustStep } from './plan.ts';
import type { TrustEntry } from './record.ts';
import { windowsCertutil, wslCertutil } from './windows.ts';

/** What removal depends on. */
export type UntrustFacts = Pick<TrustFacts, 'exists' | 'systemRoot' | 'platform'>;

/**
 * The steps that take `entry` out of its store, from the entry alone; `certPath` is a copy of its certificate. Undefined where
 * the entry names a place that wx-dev does not write to, or the program for it is gone.
 */
export function planUntrust(
  entry: TrustEntry,
  certPath: string,
  facts: UntrustFacts,
): readonly TrustStep[] | undefined {
  const { kind, path, fingerprint256, fingerprint1 } = entry;
  const sha1 = fingerprint1.replaceAll(':', '');
  switch (kind) {
    case 'file':
      return planSystemRemoval(path, storeLabel(fingerprint256));
    case 'nss': {
      const certutil = findCertutil(facts.exists);
      if (certutil === undefined || !isAbsolute(path)) return undefined;
      const name = nssNickname(fingerprint256);
      return steps(false, [[certutil, '-d', `sql:${path}`, '-D', '-n', name]]);
    }
    case 'keychain':
      return steps(false, [
        ['security', 'remove-trusted-cert', certPath],
        ['security', 'delete-certificate', '-Z', sha1, path],
      ]);
    case 'windows':
      return steps(false, [
        [windowsCertutil(facts.systemRoot), '-user', '-delstore', 'Root', sha1],
      ]);
    case 'wsl':
      return steps(false, [[wslCertutil, '-user', '-delstore', 'Root', sha1]]);
    case 'java': {
      const alias = storeLabel(fingerprint256);
      const command = ['keytool', '-delete', ...javaStore, '-alias', alias];
      return steps(facts.platform !== 'win32', [command]);
    }
    default:
      return kind satisfies never;
  }
}

function steps(needsRoot: boolean, commands: readonly (readonly string[])[]): TrustStep[] {
  return commands.map((command) => ({ title: { en: '', zh: '' }, command, needsRoot }));
}
