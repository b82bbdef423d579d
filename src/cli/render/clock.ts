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

/** `2026-11-21T14:32:07.013+08:00`: local time, with its distance from UTC. RFC 3339 §5.6. */
export function timestamp(startedAt: number): string {
  const minutes = -new Date(startedAt).getTimezoneOffset();
  const local = new Date(startedAt + minutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(minutes);
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
