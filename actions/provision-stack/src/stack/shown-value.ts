const secret = /passw(?:or)?d|passphrase|secret|token|credential|private_?key/i;
/** Long enough for an ARN on both sides of an arrow. */
const longestValue = 160;

/** A property's value for a summary that many may read: secrets hidden by their name, long ones cut. */
export function shownValue(name: string, value: string): string {
  if (secret.test(name)) return "***";
  return value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}
