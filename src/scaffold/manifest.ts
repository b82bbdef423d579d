import { WxDevError, type Language, type Words } from '../core/errors.ts';

/** `template.json`: what a template is and needs. */
export interface TemplateManifest {
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly lang: TemplateLanguage;
  readonly kind: TemplateKind;
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
  readonly scripts: Readonly<Record<string, string>>;
  readonly ports: { readonly app: number };
  readonly wx: { readonly callbackPath: string; readonly health: string };
}

/** Languages that templates are written in. */
type TemplateLanguage = 'node' | 'go' | 'python';

/** What a template makes. */
type TemplateKind = 'callback' | 'miniprogram' | 'layer';

const languages: readonly TemplateLanguage[] = ['node', 'go', 'python'];
const kinds: readonly TemplateKind[] = ['callback', 'miniprogram', 'layer'];

/**
 * Reads `template.json`.
 *
 * @param folder name of the template's folder, which its `name` must repeat.
 * @throws WXD7004 naming the field that is wrong.
 */
export function parseManifest(text: string, folder: string): TemplateManifest {
  const fields = new ManifestFields(folder, text);
  const name = fields.text('name');
  if (name !== folder) throw fields.wrong('name');
  const { env } = fields.all;
  return {
    name,
    title: fields.bothLanguages('title'),
    lang: fields.oneOf('lang', languages),
    kind: fields.oneOf('kind', kinds),
    tokens: fields.paths('tokens'),
    rename: fields.texts('rename'),
    env: env === undefined ? undefined : fields.text('env'),
    readme: fields.bothLanguages('readme'),
    requires: fields.texts('requires'),
    scripts: fields.texts('scripts'),
    ports: { app: fields.port('ports', 'app') },
    wx: fields.wx(),
  };
}

class ManifestFields {
  readonly all: Readonly<Record<string, unknown>>;
  readonly #template: string;

  constructor(template: string, text: string) {
    this.#template = template;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#damaged(
        { en: 'template.json is not JSON', zh: 'template.json 不是 JSON' },
        error,
      );
    }
    if (!isRecord(value)) throw this.wrong('{}');
    this.all = value;
  }

  wrong(field: string): WxDevError {
    return this.#damaged({
      en: `template.json: "${field}" is missing or wrong`,
      zh: `template.json 中的 "${field}" 缺失或不正确`,
    });
  }

  text(field: string): string {
    const value = this.all[field];
    if (typeof value !== 'string' || value === '') throw this.wrong(field);
    return value;
  }

  oneOf<Word extends string>(field: string, words: readonly Word[]): Word {
    const found = words.find((word) => word === this.all[field]);
    if (found === undefined) throw this.wrong(field);
    return found;
  }

  paths(field: string): string[] {
    const value = this.all[field];
    if (!Array.isArray(value)) throw this.wrong(field);
    return value.map((path: unknown) => {
      if (typeof path !== 'string' || !isInside(path)) throw this.wrong(field);
      return path;
    });
  }

  texts(field: string): Record<string, string> {
    const value = this.all[field];
    if (!isRecord(value)) throw this.wrong(field);
    const entries = Object.entries(value).map(([key, text]): [string, string] => {
      if (typeof text !== 'string' || text === '') throw this.wrong(`${field}.${key}`);
      return [key, text];
    });
    return Object.fromEntries(entries);
  }

  bothLanguages(field: string): Record<Language, string> {
    const { en, zh } = this.texts(field);
    if (en === undefined || zh === undefined) throw this.wrong(field);
    return { en, zh };
  }

  port(field: string, key: string): number {
    const value = this.all[field];
    const port = isRecord(value) ? value[key] : undefined;
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
      throw this.wrong(`${field}.${key}`);
    }
    return port;
  }

  wx(): TemplateManifest['wx'] {
    const { callbackPath = '', health = '' } = this.texts('wx');
    if (!callbackPath.startsWith('/') || !health.startsWith('/')) throw this.wrong('wx');
    return { callbackPath, health };
  }

  #damaged(reason: Words, cause?: unknown): WxDevError {
    return new WxDevError('WXD7004', { template: this.#template, reason }, { cause });
  }
}

/** Whether `path` stays below the folder it is relative to, on every system. */
export function isInside(path: string): boolean {
  const segments = path.split('/');
  return (
    !/^[A-Za-z]:|[\\\0]/.test(path) &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
