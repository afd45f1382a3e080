/** Makes `Date.now()` and `new Date()` return the time of `now`, in milliseconds since the epoch. */
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
