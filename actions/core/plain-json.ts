/**
 * Returns the object or list of a JSON text in which no object has a key twice; undefined for all else, such as YAML and
 * JSON with comments. Most files are such a text, and need no YAML library, which is as large as the client of ECS.
 */
export function plainJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: object = JSON.parse(text);
    return countKeys(value) === countJsonKeys(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function countJsonKeys(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon).length;
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  return members.reduce<number>(
    (sum, member) => sum + countKeys(member),
    Array.isArray(value) ? 0 : members.length,
  );
}
