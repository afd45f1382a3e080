import { nodeBaseProblem } from "../../../scripts/base-image/make-node-base.ts";
import { dockerProblem } from "../../../simulator/src/runtime/tasks/docker/availability.ts";
import { type TaskRuntimeKind, taskRuntimeKinds } from "../../../simulator/src/runtime/tasks/runtime.ts";

export { type TaskRuntimeKind, taskRuntimeKinds };

export interface ChosenRuntime {
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
