/** From here on `Date.now()` and `new Date()` tell what `now` says, in milliseconds since the epoch. */
export function replaceDate(now: () => number): void {
  const RealDate = globalThis.Date;
  class ReplacedDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(now());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = ReplacedDate as DateConstructor;
}
