import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** `hashFiles()`: SHA-256 over the SHA-256 of each matching file of the workspace; empty when none matches. */
export function hashFiles(workspace: string, patterns: string[]): string {
  const lines = patterns.flatMap((pattern) => pattern.split("\n")).map((line) => line.trim());
  const files = new Set<string>();
  for (const line of lines.filter((each) => each !== "" && !each.startsWith("#"))) {
    if (line.startsWith("!"))
      for (const file of globSync(line.slice(1), { cwd: workspace })) files.delete(file);
    else for (const file of globSync(line, { cwd: workspace })) files.add(file);
  }
  const hashed = [...files].sort().filter((file) => statSync(join(workspace, file)).isFile());
  if (hashed.length === 0) return "";
  const total = createHash("sha256");
  for (const file of hashed)
    total.update(
      createHash("sha256")
        .update(readFileSync(join(workspace, file)))
        .digest(),
    );
  return total.digest("hex");
}
