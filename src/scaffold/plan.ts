import type { Template, TemplateManifest } from './manifest.ts';

/** What is at a path already. `other` is a socket, device or pipe. */
export type ExistingKind = 'file' | 'directory' | 'symlink' | 'other';

/** What the target folder holds before. Made by `surveyTarget`. */
export interface Existing {
  /** Whether the folder is there. */
  readonly exists: boolean;
  /** Names directly in it. */
  readonly names: readonly string[];
  /** What is at the paths that the template brings, and at the folders above them. */
  readonly entries: ReadonlyMap<string, ExistingKind>;
  /** Text of an existing `.gitignore`. */
  readonly gitignore?: string | undefined;
}

/** What the user decided, or what stands in for it. */
export interface Answers {
  /** Package name; made from the folder's name when absent. */
  readonly name?: string | undefined;
  /** Port of the app; the template's own when absent. */
  readonly port?: number | undefined;
  readonly appId?: string | undefined;
  /** Overwrite files that the template brings. */
  readonly force?: boolean | undefined;
  /** Written to `.env`, nowhere else. See core/secrets.ts. */
  readonly secrets: { readonly token: string; readonly aesKey: string };
}

/** One file that will be written. */
export interface Write {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
  /** Something is there already and gives way. */
  readonly overwrites: boolean;
}

/** What `applyPlan` will do; can be shown before. */
export interface Plan {
  /** The project's folder, absolute. */
  readonly dir: string;
  readonly name: string;
  readonly manifest: TemplateManifest;
  readonly writes: readonly Write[];
  /** Files that are there already and stay as they are. */
  readonly kept: readonly string[];
  /** Names in the way; a plan with any is not applied. */
  readonly conflicts: readonly string[];
}

/** Decides what to write. @throws WXD7003 for a folder name that cannot be used. */
export function planProject(_options: {
  readonly template: Template;
  /** Absolute. */
  readonly dir: string;
  readonly existing: Existing;
  readonly answers: Answers;
}): Plan {
  throw new Error('not written yet');
}
