import { WxDevError, type Language, type Words } from '../core/errors.ts';

/** `template.json`: what a template is and needs. docs/templates.md describes each field. */
export interface TemplateManifest {
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly lang: TemplateLanguage;
  readonly kind: TemplateKind;
  /** Files that hold tokens such as `__APP_NAME__`; no other file is touched. */
  readonly tokens: readonly string[];
  /** Tokens of this template's own, such as `__MAIN__`: filled in its files and in those of its layers. */
  readonly values: Readonly<Record<string, string>>;
  /** Names that npm would not pack, and what they become. */
  readonly rename: Readonly<Record<string, string>>;
  /** Path of the Go module as it is in the template; `go.mod` and imports that begin with it get the project's. */
  readonly module?: string | undefined;
  /** File with the names of the app's variables; `.env` is made from it, with values. */
  readonly env?: string | undefined;
  /** The file to read first, per language. */
  readonly readme?: Readonly<Record<Language, string>> | undefined;
  /** Programs and their least versions. */
  readonly requires: Readonly<Record<string, string>>;
  /** Commands, as they are typed in the project. */
  readonly scripts: Readonly<Record<string, string>>;
  /** What the app uses when REDIS_URL or DATABASE_URL says where it is. */
  readonly services: readonly TemplateService[];
  /** What goes into a project that is there already, as paths or folders; everything when absent. */
  readonly into?: readonly string[] | undefined;
  /** Names of the layers that fit. */
  readonly layers: readonly string[];
  /** Of a layer: the template whose files it brings, and the folder they go to. */
  readonly include?: { readonly template: string; readonly under: string } | undefined;
  readonly ports?: { readonly app: number } | undefined;
  readonly wx?: WechatRoutes | undefined;
}

/** Where an app answers. */
interface WechatRoutes {
  readonly callbackPath: string;
  readonly health: string;
  /** Root of the API for mini programs, which has `/login` and `/me`. */
  readonly api?: string | undefined;
}

/** Languages that templates are written in; layers go with any. */
type TemplateLanguage = 'node' | 'go' | 'python' | 'any';

/** What a template makes. */
type TemplateKind = 'callback' | 'miniprogram' | 'layer';

/** Servers that an app can use. */
type TemplateService = 'redis' | 'mysql';

const languages: readonly TemplateLanguage[] = ['node', 'go', 'python', 'any'];
const kinds: readonly TemplateKind[] = ['callback', 'miniprogram', 'layer'];
const services: readonly TemplateService[] = ['redis', 'mysql'];

/**
 * Reads `template.json`.
 *
 * @param folder name of the template's folder, which its `name` must repeat; undefined takes any name.
 * @throws WXD7004 naming the field that is wrong.
 */
export function parseManifest(text: string, folder: string | undefined): TemplateManifest {
  const fields = new ManifestFields(folder ?? 'template.json', text);
  const name = fields.text('name');
  if ((folder !== undefined && name !== folder) || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw fields.wrong('name');
  }
  const kind = fields.oneOf('kind', kinds);
  const isApp = kind === 'callback';
  const has = (field: string): boolean => fields.all[field] !== undefined;
  return {
    name,
    title: fields.bothLanguages('title'),
    lang: fields.oneOf('lang', languages),
    kind,
    tokens: fields.paths('tokens'),
    values: has('values') ? fields.tokenValues('values') : {},
    rename: fields.renames('rename'),
    module: has('module') ? fields.text('module') : undefined,
    env: has('env') ? fields.path('env') : undefined,
    readme: isApp || has('readme') ? fields.bothLanguages('readme') : undefined,
    requires: fields.texts('requires'),
    scripts: fields.texts('scripts'),
    services: has('services') ? fields.listOf('services', services) : [],
    into: has('into') ? fields.paths('into') : undefined,
    layers: has('layers') ? fields.paths('layers') : [],
    include: has('include') ? fields.include() : undefined,
    ports: isApp || has('ports') ? { app: fields.port('ports', 'app') } : undefined,
    wx: isApp || has('wx') ? fields.wx() : undefined,
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

  listOf<Word extends string>(field: string, words: readonly Word[]): Word[] {
    const value = this.all[field];
    if (!Array.isArray(value)) throw this.wrong(field);
    return value.map((item: unknown) => {
      const found = words.find((word) => word === item);
      if (found === undefined) throw this.wrong(field);
      return found;
    });
  }

  path(field: string): string {
    const path = this.text(field);
    if (!isInside(path)) throw this.wrong(field);
    return path;
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

  /** File names, not paths: a rename must not move a file. */
  renames(field: string): Record<string, string> {
    const names = this.texts(field);
    for (const [from, to] of Object.entries(names)) {
      if (!isInside(to) || to.includes('/')) throw this.wrong(`${field}.${from}`);
    }
    return names;
  }

  tokenValues(field: string): Record<string, string> {
    const values = this.texts(field);
    const wrong = Object.keys(values).find((token) => !/^__[A-Z][A-Z_]*[A-Z]__$/.test(token));
    if (wrong !== undefined) throw this.wrong(`${field}.${wrong}`);
    return values;
  }

  include(): { template: string; under: string } {
    const { template = '', under = '' } = this.texts('include');
    if (!isInside(template) || !isInside(under)) throw this.wrong('include');
    return { template, under };
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

  wx(): WechatRoutes {
    const { callbackPath = '', health = '', api } = this.texts('wx');
    const paths = [callbackPath, health, api ?? '/'];
    if (paths.some((path) => !path.startsWith('/'))) throw this.wrong('wx');
    return { callbackPath, health, api };
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
