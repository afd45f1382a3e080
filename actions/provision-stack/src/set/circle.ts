/** Returns the names along one circle, the first again at the end; empty when there is none. */
export function findCircle(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const free = new Set<string>();
  const walk = (name: string, way: readonly string[]): string[] => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    for (const need of needs.get(name) ?? []) {
      const circle = free.has(need) ? [] : walk(need, [...way, name]);
      if (circle.length > 0) return circle;
    }
    free.add(name);
    return [];
  };
  for (const name of needs.keys()) {
    const circle = walk(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
