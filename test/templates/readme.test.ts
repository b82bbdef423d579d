import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const templates = join(import.meta.dirname, '../../templates');

/** Pages that a project gets in both languages, in English. */
const pages = readdirSync(templates, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.zh-CN.md') && !path.includes('node_modules'))
  .map((path) => path.replace('.zh-CN.md', '.md'))
  .toSorted();

/** What must be the same in each language, of one heading and what is below it. */
interface Section {
  readonly level: number;
  /** Blocks between fences, whole. */
  readonly blocks: readonly string[];
  readonly paragraphs: number;
  readonly items: number;
  readonly rows: number;
  /** Code within sentences, and addresses, each once: sentences of two languages need not have one order. */
  readonly words: readonly string[];
}

const fence = /^```[^]*?^```$/gm;

function read(path: string): string {
  return readFileSync(join(templates, path), 'utf8');
}

/** The page of the other language goes by the name of this one; what the user says to the bot is said in the page's language. */
function sectionsOf(text: string): Section[] {
  const alike = text.replaceAll('.zh-CN.md', '.md').replaceAll('send text 你好', 'send text hello');
  // A comment among commands is no heading.
  const marked = alike.replace(fence, (block) => block.replaceAll('\n#', '\n #'));
  return marked.split(/^(?=#+ )/m).map(sectionOf);
}

function sectionOf(text: string): Section {
  const prose = text.replace(fence, '');
  const count = (pattern: RegExp): number => prose.match(pattern)?.length ?? 0;
  const found = prose.matchAll(/`([^`\n]+)`|\]\(([^)]+)\)|(https?:\/\/[\w.:/-]*\w)/g);
  const words = [...found].map(([, code, link, address]) => code ?? link ?? address ?? '');
  return {
    level: /^#*/.exec(text)?.[0].length ?? 0,
    blocks: text.match(fence) ?? [],
    paragraphs: count(/(?<=\n\n)(?![#|-])\S/g),
    items: count(/^- /gm),
    rows: count(/^\|/gm),
    words: [...new Set(words)].toSorted(),
  };
}

test.each(pages)('%s says the same in Chinese', (page) => {
  const sections = sectionsOf(read(page));
  expect(sections.some(({ level, paragraphs }) => level > 0 && paragraphs > 0)).toBe(true);
  expect(sectionsOf(read(page.replace('.md', '.zh-CN.md')))).toEqual(sections);
});

test('finds the pages of every template and of the layers that have some', () => {
  expect(pages.filter((page) => page.endsWith('/README.md'))).toHaveLength(7);
  expect(pages.filter((page) => page.startsWith('layers/'))).toHaveLength(4);
});

test.each([
  ['a heading', /^## .*\n/m, ''],
  ['a command', /^npm run dev$/m, 'npm start'],
  ['an item of a list', /^- .*\n(?=- )/m, ''],
  ['a row of a table', /^\| `bot\.mjs`.*\n/m, ''],
  ['a setting', '`WX_MODE`', '`WX_MOOD`'],
  ['a link', 'developers.weixin.qq.com', 'developers.example.com'],
  ['a paragraph', /^Send it .*\n\n/m, ''],
])('sees that %s is missing in one language', (_what, from, to) => {
  const page = read('node-minimal/files/README.md');
  const changed = page.replace(from, to);
  expect(changed).not.toBe(page);
  expect(sectionsOf(changed)).not.toEqual(sectionsOf(page));
});
