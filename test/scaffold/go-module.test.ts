import { expect, test } from 'vitest';
import { isGoModulePath, renameGoModule } from '../../src/scaffold/go-module.ts';

const rename = (path: string, text: string): string =>
  renameGoModule(path, text, 'example.com/wxapp', 'github.com/me/bot');

test('renames the module in go.mod, and nothing else there', () => {
  const text =
    '// example.com/wxapp\nmodule example.com/wxapp\n\nrequire example.com/wxapp2 v1.0.0\n';
  expect(rename('go.mod', text)).toBe(
    text.replace('module example.com/wxapp', 'module github.com/me/bot'),
  );
  expect(rename('go.mod', 'module example.com/other\n')).toBe('module example.com/other\n');
});

test('renames imports, and no other string or comment', () => {
  const text = `// Package main is example.com/wxapp.
/* import "example.com/wxapp/a" */
package main

import "example.com/wxapp/a"
import b \`example.com/wxapp/b\`
import (
	"fmt" // "example.com/wxapp/c"
	. "example.com/wxapp/d"
	_ "example.com/wxapp"
	"example.com/wxapp2/e"
)

const path = "example.com/wxapp/f"

func main() { fmt.Println("import", "example.com/wxapp/g") }
`;
  expect(rename('main.go', text)).toBe(
    text
      .replace('import "example.com/wxapp/a"\nimport', 'import "github.com/me/bot/a"\nimport')
      .replace('`example.com/wxapp/b`', '`github.com/me/bot/b`')
      .replace('. "example.com/wxapp/d"', '. "github.com/me/bot/d"')
      .replace('_ "example.com/wxapp"', '_ "github.com/me/bot"'),
  );
});

test('leaves other files, and text that is no Go, as they are', () => {
  expect(rename('README.md', '"example.com/wxapp"')).toBe('"example.com/wxapp"');
  for (const text of ['', '"', '/*', '`', '\u0000', 'package main\n%%% "example.com/wxapp"']) {
    expect(rename('x.go', text)).toBe(text);
  }
});

test.each([
  ['example.com/bot', true],
  ['bot', true],
  ['github.com/Me/bot_2~x/v2', true],
  ['', false],
  ['a//b', false],
  ['/a', false],
  ['a/', false],
  ['.a/b', false],
  ['a/b.', false],
  ['example.com/机器人', false],
  ['a b', false],
  [`${'a/'.repeat(200)}a`, false],
])('knows whether %j can be a module path', (path, expected) => {
  expect(isGoModulePath(path)).toBe(expected);
});
