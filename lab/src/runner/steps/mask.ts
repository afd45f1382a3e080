/** Hides secrets in all output of a run. */
export interface Masker {
  add(value: string): void;
  /** Returns whether the text holds a secret. */
  holds(text: string): boolean;
  hide(text: string): string;
}

export function createMasker(secrets: Iterable<string> = []): Masker {
  let values: string[] = [];
  const masker: Masker = {
    add(value) {
      // Masks each line of a multi-line secret separately, because logs are written line by line.
      const lines = value.split(/\r?\n/).map((line) => line.trim());
      const all = new Set([...values, value, ...lines]);
      // The longest first, so that no part of a longer secret is left.
      values = [...all].filter((each) => each.length > 0).sort((a, b) => b.length - a.length);
    },
    holds: (text) => values.some((value) => text.includes(value)),
    hide: (text) => values.reduce((hidden, value) => hidden.replaceAll(value, "***"), text),
  };
  for (const secret of secrets) masker.add(secret);
  return masker;
}
