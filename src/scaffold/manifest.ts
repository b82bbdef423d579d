import type { Language } from '../core/errors.ts';

/** `template.json`: what a template is and needs. */
export interface TemplateManifest {
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly lang: 'node' | 'go' | 'python';
  readonly kind: 'callback' | 'miniprogram' | 'layer';
  /** Files that hold tokens such as `__APP_NAME__`; no other file is touched. */
  readonly tokens: readonly string[];
  /** Names that npm would not pack, and what they become. */
  readonly rename: Readonly<Record<string, string>>;
  /** File with the names of the app's variables; `.env` is made from it, with values. */
  readonly env?: string | undefined;
  /** The file to read first, per language. */
  readonly readme: Readonly<Record<Language, string>>;
  /** Programs and their least versions. */
  readonly requires: Readonly<Record<string, string>>;
  /** Commands, as they are typed in the project. */
  readonly scripts: Readonly<
    Partial<Record<'install' | 'dev' | 'start' | 'build' | 'test' | 'lint', string>>
  >;
  readonly ports: { readonly app: number };
  readonly wx: { readonly callbackPath: string; readonly health: string };
}

/** One file of a template, as it is written. */
export interface TemplateFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** A template with everything in it. */
export interface Template {
  readonly manifest: TemplateManifest;
  readonly files: readonly TemplateFile[];
}

/** The templates of this package, by name. */
export function listTemplates(_dir?: string): Promise<TemplateManifest[]> {
  throw new Error('not written yet');
}

/** @throws WXD7002 for an unknown name, WXD7004 for a damaged template. */
export function loadTemplate(_name: string, _dir?: string): Promise<Template> {
  throw new Error('not written yet');
}
