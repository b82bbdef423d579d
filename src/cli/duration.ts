/** Milliseconds of `5s`, `500ms`, `3m`, `1h`, or of a bare number of seconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (unitMs[unit] ?? 1));
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
