import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 begin with little memory: call it before anything else is loaded. Its compiler costs 3 MB once used, and loading code is what it
 * would be used for; and loading would make the space for new objects grow to 8 MB, which is kept for half a minute.
 */
export function startSmall(): void {
  setFlagsFromString('--no-opt');
  stayLean();
}

/** V8 compiles what is hot from now on: call it when there is something to do. */
export function runFast(): void {
  setFlagsFromString('--opt');
  stayLean();
}

/**
 * The space for new objects would grow to 32 MB while thousands of tunnels are dialled and never shrink while they are pinged, and
 * garbage would be left until the heap is several times as large: 6 KB and more for each of 5,000 tunnels. With 2 MB a request costs a relay as
 * much as with 32 MB: what it makes is gone within a few turns.
 */
function stayLean(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=10');
}
