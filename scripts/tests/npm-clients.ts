import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Outside clients from npm that real tests start. They are large and nothing else needs them, so they are in no
 * package.json: requirements.ts installs these versions here.
 */
export const npmClients = {
  folder: join(import.meta.dirname, "../../node_modules/.cache/npm-clients"),
  versions: { "aws-cdk": "2.1148.1", "aws-cdk-lib": "2.276.0", constructs: "10.8.1" },
} as const;

/** Returns those that are missing or of another version, by npm's rules. */
export function missingClients(): string[] {
  return Object.entries(npmClients.versions).flatMap(([name, version]) =>
    installedVersion(name) === version ? [] : [`${name}@${version}`],
  );
}

function installedVersion(name: string): string | undefined {
  try {
    const file = join(npmClients.folder, "node_modules", name, "package.json");
    return JSON.parse(readFileSync(file, "utf8")).version;
  } catch {
    return undefined;
  }
}
