/** Longer texts are shown by their own lines only: one made of sections that never end takes the square of its length. */
const LONGEST = 16 * 1024;

const STEP = '  ';

/** XML or JSON as one line for each element or member, without changing a value; any other text by its own lines. */
export function prettyLines(text: string): string[] {
  const start = text.trimStart().charAt(0);
  if (text.length > LONGEST) return text.split('\n');
  if (start === '<') return xmlLines(text);
  if (start === '{' || start === '[') return jsonLines(text);
  return text.split(/\r?\n/);
}

/** A tag, a CDATA section or text; a piece that is none of them by itself. */
const XML_PIECE = /<!\[CDATA\[[^]*?\]\]>|<[^>]*>|[^<]+|</g;

function xmlLines(text: string): string[] {
  const lines: string[] = [];
  let depth = 0;
  let open = false;
  for (const piece of text.match(XML_PIECE) ?? []) {
    if (piece.trim() === '') continue;
    const isTag = piece.startsWith('<') && !piece.startsWith('<!');
    const closes = isTag && piece.startsWith('</');
    if (closes) depth = Math.max(0, depth - 1);
    // `<a>text</a>` stays together.
    const belongs: boolean = open && (closes || !isTag);
    if (belongs) lines.push((lines.pop() ?? '') + piece);
    else lines.push(STEP.repeat(depth) + piece.trim());
    const opens = isTag && !closes && !piece.endsWith('/>') && !piece.startsWith('<?');
    if (opens) depth += 1;
    open = opens || (belongs && !closes);
  }
  return lines.flatMap((line) => line.split(/\r?\n/));
}

function jsonLines(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const end = (): void => {
    if (line.trim() !== '') lines.push(STEP.repeat(Math.max(0, depth)) + line.trim());
    line = '';
  };
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^"{}[\],:]+/gs)) {
    if (piece === '{' || piece === '[') {
      line += piece;
      end();
      depth += 1;
    } else if (piece === '}' || piece === ']') {
      end();
      depth -= 1;
      line = piece;
    } else if (piece === ',') {
      line += piece;
      end();
    } else line += piece === ':' ? ': ' : piece.trim();
  }
  end();
  return lines;
}
