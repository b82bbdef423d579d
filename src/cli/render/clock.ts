/** `14:32:07` in local time. Not from Intl, whose `hour12` rules differ between Node versions. */
export function clock(startedAt: number): string {
  const date = new Date(startedAt);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `2026-11-21` in local time. */
export function day(time: number): string {
  const date = new Date(time);
  const [month, dayOfMonth] = [date.getMonth() + 1, date.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${date.getFullYear()}-${month}-${dayOfMonth}`;
}
