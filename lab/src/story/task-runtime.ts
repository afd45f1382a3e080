import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { basePath, makeNodeBase, nodeBaseProblem } from "@ecs-delivery/program/base-image";
import { dockerProblem } from "@ecs-delivery/simulator/runtime/tasks/docker/availability";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { createCommandFiles } from "../runner/steps/command-files.ts";

interface ChosenRuntime {
  readonly runtime: TaskRuntimeKind;
  /** Reason for the choice, as the text after "because". */
  readonly why: string;
}

/**
 * Returns the requested runtime; by default, containers where they are available. Rejects if containers were requested
 * and are not available.
 */
export async function chooseTaskRuntime(
  asked: TaskRuntimeKind | undefined,
  findProblem = problemWithContainers,
): Promise<ChosenRuntime> {
  if (asked === "process") return { runtime: "process", why: "as --runtime says" };
  const problem = await findProblem();
  if (problem === undefined)
    return { runtime: "docker", why: asked ? "as --runtime says" : "Docker is available on this machine" };
  if (asked) throw new Error(`--runtime docker: ${problem}`);
  return { runtime: "process", why: problem };
}

/** Containers need an engine and, since there may be no registry, a base image made on this machine. */
async function problemWithContainers(): Promise<string | undefined> {
  return (await nodeBaseProblem()) ?? (await dockerProblem());
}

interface Order {
  /** The project with the action `build-image`. */
  project: string;
  /** Folder for temporary files. */
  directory: string;
  /** Environment with the address of the simulated AWS, and keys for it. */
  environment: Record<string, string>;
  signal: AbortSignal;
}

/**
 * Builds a base image with Node and pushes it to the simulated ECR, with the same action that builds the services'
 * images. Returns its reference by digest.
 */
export async function pushNodeBase({ project, directory, environment, signal }: Order): Promise<string> {
  const folder = await makeNodeBase({ folder: join(directory, "node-base") });
  const files = await createCommandFiles(join(directory, "node-base-outputs"));
  const entry = join(project, "actions/build-image/dist/index.js");
  const env = { ...environment, ...inputs(folder), ...files.environment };
  await promisify(execFile)(process.execPath, [entry], { env, signal }).catch((cause) => {
    const said = /^::error(?: [^:]*)?::(.*)$/m.exec(cause.stdout ?? "")?.[1];
    throw new Error(`the base image could not be pushed: ${said ?? cause.message}`, { cause });
  });
  // The image is in the registry now, and the folder is large.
  await rm(folder, { recursive: true });
  const { outputs } = await files.read();
  return outputs.image ?? "";
}

export const nodeRepository = "node";

function inputs(folder: string): Record<string, string> {
  const given = {
    repository: nodeRepository,
    "create-repository": "true",
    context: folder,
    "base-image": "scratch",
    "working-directory": "/",
    entrypoint: JSON.stringify(["node"]),
    environment: `PATH=${basePath}`,
    platforms: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}
