export type StatusMatcher = (status: number) => boolean;

/**
 * Parses the matcher of a target group, such as `200`, `200,404` or `200-399,404` (API reference, Matcher: 200 to 499
 * for Application Load Balancers). Returns undefined for any other text.
 */
export function parseStatusMatcher(text: string): StatusMatcher | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(",")) {
    const found = /^(\d{3})(?:-(\d{3}))?$/.exec(part.trim());
    if (found === null) return undefined;
    const low = Number(found[1]);
    const high = Number(found[2] ?? found[1]);
    if (low < 200 || high > 499 || low > high) return undefined;
    ranges.push([low, high]);
  }
  return (status) => ranges.some(([low, high]) => status >= low && status <= high);
}
