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
  const second = Math.floor(startedAt / 1000);
  if (second !== written.second) written = writeSecond(second);
  const milliseconds = String(Math.floor(startedAt) - second * 1000).padStart(3, '0');
  return `${written.local}.${milliseconds}${written.zone}`;
}

/** The second that was written last: under load hundreds of lines have the same. */
let written: { readonly second: number; readonly local: string; readonly zone: string } = {
  second: Number.NaN,
  local: '',
  zone: '',
};

function writeSecond(second: number): typeof written {
  const minutes = -new Date(second * 1000).getTimezoneOffset();
  const local = new Date((second + minutes * 60) * 1000).toISOString().slice(0, -'.000Z'.length);
  const size = Math.abs(minutes);
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  const zone = `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
  return { second, local, zone };
}
