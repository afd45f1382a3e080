/** A full version, such as 1.2.3. */
type Numbers = readonly [major: number, minor: number, patch: number];

/** Returns the version in the text of package.json. Throws for anything but three numbers. */
export function readVersion(packageJson: string): string {
  const { version } = JSON.parse(packageJson) as { readonly version?: unknown };
  if (typeof version === "string" && numbersOf(version)) return version;
  throw new Error(
    `The version "${version}" in package.json cannot be released. Fix: use three numbers, such as 1.2.3.`,
  );
}

/** Returns the section of a version in the text of CHANGELOG.md, without its heading. Throws when it has none. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split(/\s/, 1)[0] === version);
  const notes = section?.slice(section.indexOf("\n")).trim();
  if (notes) return notes;
  throw new Error(
    `CHANGELOG.md has no notes for ${version}. Fix: write them under the heading "## ${version}".`,
  );
}

/** Returns the highest version that has a tag in the series, such as "1" or "1.2"; all series without one. */
export function newestOf(tags: Iterable<string>, series?: string): string | undefined {
  return [...tags]
    .map((tag) => tag.replace(/^v/, ""))
    .filter((version) => numbersOf(version) && (!series || version.startsWith(`${series}.`)))
    .sort(compareVersions)
    .at(-1);
}

/** Returns a negative number when the first version is lower, 0 when both are equal. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const differences = left?.map((number, index) => number - (right?.[index] ?? 0)) ?? [];
  return differences.find((difference) => difference !== 0) ?? 0;
}

function numbersOf(version: string): Numbers | undefined {
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}
