import type { Output } from '../../src/cli/terminal.ts';

/** An output that keeps what is written to it. Tones are marked as `<tone>…</tone>` when `marked` is set. */
export interface FakeOutput extends Output {
  text(): string;
  lines(): string[];
}

export interface FakeOutputOptions {
  readonly columns?: number;
  readonly isTTY?: boolean;
  readonly marked?: boolean;
  readonly redraws?: boolean;
}

export function createFakeOutput(options: FakeOutputOptions = {}): FakeOutput {
  const { columns = 80, isTTY = true, marked = false, redraws = false } = options;
  let written = '';
  return {
    isTTY,
    columns,
    colour: marked,
    redraws,
    write: (text) => void (written += text),
    line: (text = '') => void (written += `${text}\n`),
    tone: (tone, text) => (marked ? `<${tone}>${text}</${tone}>` : text),
    typed: (command) => command,
    loadColours: () => Promise.resolve(),
    text: () => written,
    lines: () => written.split('\n').slice(0, -1),
  };
}
