/** A language that variables can be set in. */
export type Shell = 'bash' | 'fish' | 'pwsh' | 'dotenv';

/** One line that sets `name`, whatever is in `value`. */
export function renderVariable(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case 'bash':
      return `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`;
    case 'fish':
      return `set -gx ${name} '${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
    case 'pwsh':
      return `$env:${name} = '${value.replaceAll("'", "''")}'`;
    case 'dotenv':
      // Single quotes keep everything as it is; a path with one inside goes into double quotes.
      return value.includes("'") ? `${name}="${value}"` : `${name}='${value}'`;
    default:
      return shell satisfies never;
  }
}
