/** Places of a new table, and of one that has been emptied. */
const firstPlaces = 8;

/** An emptied table with more places than this gives them back. */
const keptPlaces = 64;

/**
 * Things by stream id. A Map is built anew for every few dozen streams that come and go, and each table it leaves behind keeps what
 * was in it until the next full collection: under load a sixth of all that requests allocate. This one stays where it is: ids follow
 * each other, so that they seldom meet in one place, and removing leaves no hole.
 */
export class StreamTable<Thing> {
  #ids: number[] = [];
  #things: (Thing | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What `id` stands for. */
  get(id: number): Thing | undefined {
    return this.#size === 0 ? undefined : this.#things[this.#placeOf(id)];
  }

  /** Puts `thing` where what `id` stood for before was. Ids begin at 1. */
  set(id: number, thing: Thing): void {
    // At most half full: then a search ends soon, and always.
    if ((this.#size + 1) * 2 > this.#ids.length)
      this.#resize(Math.max(firstPlaces, this.#ids.length * 2));
    const at = this.#placeOf(id);
    if (this.#ids[at] === 0) this.#size += 1;
    this.#ids[at] = id;
    this.#things[at] = thing;
  }

  /** @returns whether it was there */
  delete(id: number): boolean {
    if (this.#size === 0) return false;
    const at = this.#placeOf(id);
    if (this.#ids[at] === 0) return false;
    this.#size -= 1;
    this.#close(at);
    if (this.#size === 0 && this.#ids.length > keptPlaces) this.clear();
    return true;
  }

  /** All of them, in no order. */
  values(): Thing[] {
    return this.#things.filter((thing) => thing !== undefined);
  }

  clear(): void {
    this.#ids = [];
    this.#things = [];
    this.#size = 0;
  }

  /** Where `id` is, or the free place where it would be. There must be places. */
  #placeOf(id: number): number {
    const ids = this.#ids;
    const last = ids.length - 1;
    let at = id & last;
    while (ids[at] !== 0 && ids[at] !== id) at = (at + 1) & last;
    return at;
  }

  /** Frees a place, and moves up those behind it that would no longer be found (Knuth, TAOCP 6.4, algorithm R). */
  #close(place: number): void {
    const ids = this.#ids;
    const last = ids.length - 1;
    let free = place;
    for (let at = (free + 1) & last; ids[at] !== 0; at = (at + 1) & last) {
      const id = ids[at] ?? 0;
      // It may not move in front of where its search begins.
      if (((at - id) & last) < ((at - free) & last)) continue;
      ids[free] = id;
      this.#things[free] = this.#things[at];
      free = at;
    }
    ids[free] = 0;
    this.#things[free] = undefined;
  }

  #resize(places: number): void {
    const ids = this.#ids;
    const things = this.#things;
    this.#ids = Array.from({ length: places }, () => 0);
    this.#things = Array.from({ length: places }, () => undefined);
    for (const [index, id] of ids.entries()) {
      if (id === 0) continue;
      const at = this.#placeOf(id);
      this.#ids[at] = id;
      this.#things[at] = things[index];
    }
  }
}
