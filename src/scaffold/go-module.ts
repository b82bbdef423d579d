/**
 * Puts a project's module path in the place of the template's, in `go.mod` and in the imports of `.go` files. Other strings and
 * comments stay: a program may print the path of its template. So does gonew.
 *
 * @param path of the file, by which its kind is known.
 */
export function renameGoModule(path: string, text: string, from: string, to: string): string {
  if (path === 'go.mod' || path.endsWith('/go.mod')) return renameModuleLine(text, from, to);
  return path.endsWith('.go') ? renameImports(text, from, to) : text;
}

/**
 * Whether `path` can be the path of a module. Go Modules Reference, "Module paths": ASCII letters, digits, `-._~`, no element that
 * begins or ends with a dot.
 */
export function isGoModulePath(path: string): boolean {
  const elements = path.split('/');
  return (
    path.length <= 255 &&
    elements.every((element) => /^[A-Za-z0-9_~-]([A-Za-z0-9._~-]*[A-Za-z0-9_~-])?$/.test(element))
  );
}

function renameModuleLine(text: string, from: string, to: string): string {
  return text.replace(/^module[ \t]+("?)(\S+?)\1[ \t]*$/m, (line, _quote, path: string) =>
    path === from ? `module ${to}` : line,
  );
}

/** What may stand before the first declaration: comments, the package clause, imports, and the strings of imports. */
const importPart =
  /\/\/[^\n]*|\/\*[^]*?\*\/|\bimport\s*\(|\bimport\b|\bpackage\s+\w+|"([^"\n]*)"|`([^`]*)`|[()]|[\w.]+|\s+|;/y;

/** Go allows imports only before all other declarations: the first word of another one ends the search. */
function renameImports(text: string, from: string, to: string): string {
  let result = '';
  let at = 0;
  for (;;) {
    importPart.lastIndex = at;
    const [part, quoted, raw] = importPart.exec(text) ?? [];
    if (part === undefined || /^(func|var|const|type)$/.test(part)) return result + text.slice(at);
    const path = quoted ?? raw;
    result +=
      path !== undefined && (path === from || path.startsWith(`${from}/`))
        ? part.replace(path, () => to + path.slice(from.length))
        : part;
    at += part.length;
    if (at === text.length) return result;
  }
}
