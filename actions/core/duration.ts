const unitMs = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Returns the milliseconds of `90s`, `45m`, `1h30m`; undefined for anything else, including a bare number and zero. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!match) return undefined;
  const [, h = 0, m = 0, s = 0] = match;
  const ms = Number(h) * unitMs.h + Number(m) * unitMs.m + Number(s) * unitMs.s;
  return ms > 0 ? ms : undefined;
}

/** Formats `850 ms`, `12 s`, `3 min 5 s`, `1 h 4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** Returns such as `2026-11-30 14:05 UTC`, from milliseconds since the epoch. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
