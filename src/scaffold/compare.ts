import { Buffer } from 'node:buffer';
import { addLines, envFile, isLinewise, projectFiles } from './fill.ts';
import type { Write } from './plan.ts';
import { formatRecord, hashOf, recordFile, type ProjectRecord } from './record.ts';
import type { Template, TemplateFile } from './template.ts';

/** What is at the paths of a project: its bytes, or that it is no file. */
export type Present = ReadonlyMap<string, Buffer | 'other'>;

/**
 * How a file of the project stands to what the template would write today. `new`: not there · `same` · `update`: as it was written,
 * and the template has a newer one · `changed`: by the user, the template has the same as before · `conflict`: changed by the user, and
 * the template has something else.
 */
type FileState = 'new' | 'same' | 'update' | 'changed' | 'conflict';

/** A file of the template beside the one of the project. */
export interface Compared {
  readonly state: FileState;
  readonly file: TemplateFile;
  readonly before: Buffer | undefined;
}

/** What `add` will do. */
export interface AddPlan {
  readonly dir: string;
  readonly writes: readonly Write[];
  readonly kept: readonly string[];
  readonly conflicts: readonly string[];
}

/** Three-way, by the hashes of the record: nothing that the user changed is ever overwritten. */
export function compareFiles(
  files: readonly TemplateFile[],
  present: Present,
  recorded: Readonly<Record<string, string>>,
): Compared[] {
  return files.map((file) => {
    const before = present.get(file.path);
    if (before === undefined) return { state: 'new', file, before };
    if (before === 'other') return { state: 'conflict', file, before: undefined };
    const wanted = isLinewise(file.path) ? merged(file, before) : file;
    return { state: stateOf(wanted, before, recorded[file.path]), file: wanted, before };
  });
}

/** The files of a project as the template and its layers would make them today, without `.env`. */
export function filesOf(
  template: Template,
  layers: readonly Template[],
  { dir, record }: { readonly dir: string; readonly record: ProjectRecord },
): TemplateFile[] {
  const filling = { ...record.answers, dir, secrets: {} };
  return projectFiles(template, layers, filling).filter(({ path }) => path !== envFile);
}

/** Decides what `add` writes: new files, and those that are still as wx-dev left them. */
export function planAdd(options: {
  readonly dir: string;
  readonly record: ProjectRecord;
  readonly layers: readonly Template[];
  readonly present: Present;
  readonly version: string;
}): AddPlan {
  const { dir, record, layers, present, version } = options;
  const base = { manifest: record.manifest, files: [] };
  const compared = compareFiles(filesOf(base, layers, options), present, record.files);
  const written = compared.filter(({ state, file }) =>
    isLinewise(file.path) ? state !== 'same' : state === 'new' || state === 'update',
  );
  const names = layers.map(({ manifest }) => manifest.name);
  const next: ProjectRecord = {
    ...record,
    wxDev: version,
    layers: [...new Set([...record.layers, ...names])],
    files: {
      ...record.files,
      ...Object.fromEntries(written.map(({ file }) => [file.path, hashOf(file.bytes)])),
    },
  };
  const recordBytes = Buffer.from(formatRecord(next));
  const isInTheWay = ({ state, file }: Compared): boolean =>
    !isLinewise(file.path) && (state === 'conflict' || state === 'changed');
  return {
    dir,
    writes: [
      ...written.map(({ file, before }) => ({ ...file, overwrites: before !== undefined })),
      { path: recordFile, bytes: recordBytes, mode: 0o644, overwrites: true },
    ],
    kept: compared.filter(({ state }) => state === 'same').map(({ file }) => file.path),
    conflicts: compared.filter(isInTheWay).map(({ file }) => file.path),
  };
}

function merged(file: TemplateFile, before: Buffer): TemplateFile {
  return { ...file, bytes: Buffer.from(addLines(before.toString(), file.bytes.toString())) };
}

function stateOf(file: TemplateFile, before: Buffer, recorded: string | undefined): FileState {
  if (before.equals(file.bytes)) return 'same';
  const isUntouched = recorded === hashOf(before);
  if (isUntouched) return 'update';
  return recorded === hashOf(file.bytes) ? 'changed' : 'conflict';
}
