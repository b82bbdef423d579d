import { Buffer } from 'node:buffer';
import { basename } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { isGoModulePath, renameGoModule } from './go-module.ts';
import type { Template, TemplateFile } from './template.ts';

/** What a project is given beside its files. */
export interface Filling {
  /** The project's folder, absolute. */
  readonly dir: string;
  /** Package name. */
  readonly name: string;
  /** Path of the Go module; `example.com/<name>` when absent. */
  readonly module?: string | undefined;
  /** Port of the app; the template's own when absent. */
  readonly port?: number | undefined;
  readonly appId?: string | undefined;
  /** Values of `.env` by name, such as WX_TOKEN: written there and nowhere else. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Files that several parts may bring: their lines are put together. */
const linewise: ReadonlySet<string> = new Set(['.gitignore', '.env.example', '.gitattributes']);

/** Whether lines are added to a file of this name instead of the file being replaced. */
export function isLinewise(path: string): boolean {
  return linewise.has(path);
}

/** Port of an app whose template names none. */
const usualPort = 3000;

/** AppID that WeChat's developer tools know as nobody's. */
const touristAppId = 'touristappid';

/** Secrets of the user: made for each project, git-ignored, only theirs to read. */
export const envFile = '.env';

/**
 * The files of a template and its layers with tokens filled in, and the `.env` made for this project.
 *
 * @throws WXD7004 when two parts bring the same file, WXD7008 for a module path that Go would refuse.
 */
export function projectFiles(
  template: Template,
  layers: readonly Template[],
  filling: Filling,
): TemplateFile[] {
  const { manifest } = template;
  const files = new Map<string, TemplateFile>();
  for (const part of [template, ...layers]) {
    const values = { ...manifest.values, ...part.manifest.values };
    for (const file of fillPart(part, template, filling, values)) {
      files.set(file.path, joined(files.get(file.path), file, part.manifest.name));
    }
  }
  const example = manifest.env === undefined ? undefined : files.get(manifest.env);
  if (example !== undefined) {
    const values = { PORT: portOf(template, filling), WX_APPID: filling.appId, ...filling.secrets };
    const env = Buffer.from(fillValues(example.bytes.toString(), values));
    files.set(envFile, { path: envFile, bytes: env, mode: 0o600 });
  }
  return [...files.values()];
}

/** The module path of a Go project, undefined for projects in other languages. */
function moduleOf({ manifest }: Template, { module, name }: Filling): string | undefined {
  if (manifest.module === undefined) return undefined;
  const path = module ?? `example.com/${name.replace(/^@/, '')}`;
  if (!isGoModulePath(path)) throw new WxDevError('WXD7008', { path });
  return path;
}

/** Adds the lines of `wanted` that `text` lacks; a setting such as `NAME=` is there with any value. */
export function addLines(text: string, wanted: string): string {
  const key = (line: string): string => /^\w+=/.exec(line)?.[0] ?? line.trim();
  const present = new Set(text.split(/\r?\n/).map(key));
  const missing = wanted
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !present.has(key(line)));
  if (missing.length === 0) return text;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${missing.join('\n')}\n`;
}

function fillPart(
  part: Template,
  template: Template,
  filling: Filling,
  values: Readonly<Record<string, string>>,
): TemplateFile[] {
  const { appId, dir, name } = filling;
  const module = moduleOf(template, filling);
  const from = template.manifest.module;
  const tokens = {
    ...values,
    __APP_NAME__: name,
    __APP_TITLE__: basename(dir),
    __PORT__: portOf(template, filling),
    __APPID__: appId ?? (part.manifest.kind === 'callback' ? '' : touristAppId),
    __GO_MODULE__: module ?? '',
  };
  return part.files.map((file) => {
    const isGo = /(^|\/)go\.mod$|\.go$/.test(file.path);
    const hasTokens = part.manifest.tokens.includes(file.path);
    if (!hasTokens && !(isGo && module !== undefined)) return file;
    let text = file.bytes.toString();
    if (hasTokens) text = fillTokens(text, tokens);
    if (module !== undefined && from !== undefined) {
      text = renameGoModule(file.path, text, from, module);
    }
    return { ...file, bytes: Buffer.from(text) };
  });
}

function portOf({ manifest }: Template, { port }: Filling): string {
  return String(port ?? manifest.ports?.app ?? usualPort);
}

function joined(before: TemplateFile | undefined, file: TemplateFile, part: string): TemplateFile {
  if (before === undefined) return file;
  if (!isLinewise(file.path)) {
    throw new WxDevError('WXD7004', {
      template: part,
      reason: { en: `${file.path} is there twice`, zh: `${file.path} 重复` },
    });
  }
  const text = addLines(before.bytes.toString(), file.bytes.toString());
  return { ...before, bytes: Buffer.from(text) };
}

function fillTokens(text: string, tokens: Readonly<Record<string, string>>): string {
  return text.replace(/__[A-Z][A-Z_]*[A-Z]__/g, (token) =>
    Object.hasOwn(tokens, token) ? (tokens[token] ?? '') : token,
  );
}

/** Fills `NAME=` lines; names without a value stay as they are. */
function fillValues(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/^([A-Z][A-Z0-9_]*)=.*$/gm, (line, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value ? `${name}=${value}` : line;
  });
}
