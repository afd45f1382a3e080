import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface BuiltService {
  /** The bundle in the image. */
  readonly program: string;
  /** The environment that the image sets, mainly NODE_OPTIONS. */
  readonly environment: Readonly<Record<string, string>>;
}

const services = join(import.meta.dirname, "..", "services");

/** Bundles a service from the current sources, to be run the way its image runs it. */
export async function buildService(name: string): Promise<BuiltService> {
  const folder = join(services, name);
  await promisify(execFile)(process.execPath, [join(services, "suppliers", "build.mjs")], { cwd: folder });
  return {
    program: join(folder, "dist", "server.mjs"),
    environment: imageEnvironment(await readFile(join(folder, "Dockerfile"), "utf8")),
  };
}

/** The variables that a Dockerfile's ENV instructions set, of the form `NAME=value` without blanks. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const instructions = dockerfile.replaceAll(/\\\n/g, " ").split("\n");
  const assignments = instructions
    .filter((line) => line.startsWith("ENV "))
    .flatMap((line) => line.slice("ENV ".length).trim().split(/\s+/));
  return Object.fromEntries(assignments.map((assignment) => assignment.split(/=(.*)/, 2)));
}
