/** Languages wx-dev speaks; one at a time. */
export type Language = 'zh' | 'en';

/** Words inside an error: the same in both languages, or one text for each. */
export type Words = string | Readonly<Record<Language, string>>;

/** `words` in `language`. */
export function say(words: Words, language: Language): string {
  return typeof words === 'string' ? words : words[language];
}

/** What one error says in one language. No trailing full stops; commands are written as they are typed. */
interface ErrorText<Details> {
  /** What happened, in one line. */
  readonly title: (details: Details) => string;
  /** What was seen and what was expected, then the causes, the likeliest first. */
  readonly body: (details: Details) => readonly string[];
  /** One command (or one setting to change) that comes next. */
  readonly run: (details: Details) => string;
}

/** One entry of the error catalogue. */
export interface ErrorDefinition<Details> {
  /** The meaning of the code in one English line, as listed in docs/errors.md. */
  readonly meaning: string;
  readonly en: ErrorText<Details>;
  readonly zh: ErrorText<Details>;
}

/** Ties both languages of an error to one shape of details, so that a missing text is a compile error. */
export function defineError<Details>(
  definition: ErrorDefinition<Details>,
): ErrorDefinition<Details> {
  return definition;
}

/** Where a setting came from, so that an error can name the line to change. */
export interface SettingSource {
  /** Name as the user wrote it, for example `WX_TOKEN` or `--mode`. */
  readonly name: string;
  /** File that holds it, when it came from one. */
  readonly file?: string | undefined;
  /** 1-based line in `file`. */
  readonly line?: number | undefined;
}

/** `WX_TOKEN (.env:3)`, or only the name when no file is known. */
export function formatSource(source: SettingSource): string {
  if (source.file === undefined) return source.name;
  const place = source.line === undefined ? source.file : `${source.file}:${source.line}`;
  return `${source.name} (${place})`;
}

/** `text` as one word of a command that can be pasted. A backslash stays: it is how Windows writes paths. */
export function quoteForShell(text: string): string {
  if (text !== '' && !/[\s"'$`!*?()[\]{}<>|&;#~]/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
