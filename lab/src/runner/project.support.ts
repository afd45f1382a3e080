import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";

const root = join(import.meta.dirname, "../../..");

/** Path → content. */
type Files = Record<string, string>;

/** For a test's repository: files of this one, as they are now. */
export async function filesOfProject(paths: readonly string[]): Promise<Files> {
  const read = paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Actions of this repository with their committed bundles: `npm run build` after a change. */
export const actionsOfProject = (names: readonly string[]): Promise<Files> =>
  filesOfProject(
    names.flatMap((name) =>
      globSync(`actions/${name}/{action.yml,*.mjs,*/action.yml,dist/*.{js,json}}`, { cwd: root }),
    ),
  );

/** The workflow, and the action with which it finds the changed services. */
export function filesWithChangedServices(workflow: string): Promise<Files> {
  const action = ["action.yml", "find-changed-services.mjs", "deployed-commits.mjs"];
  return filesOfProject([workflow, ...action.map((file) => `scripts/find-changed-services/${file}`)]);
}

/** Options with which a repository's workflows reach the simulated AWS: the keys are secrets. */
export function accessTo({ environmentVariables }: TestSimulator) {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_ENDPOINT_URL = "" } = environmentVariables;
  return {
    environment: { ...nodeEnvironment(), AWS_ENDPOINT_URL },
    secrets: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
  };
}
