import { group } from "@actions/core";
import type { JobContext } from "../../shared/context.ts";
import { createRegistryContext, type RegistryContext } from "../../shared/registry/ecr-login.ts";

/** Context of a build; nothing below reads time, the network or the environment otherwise. */
export interface BuildEnvironment extends RegistryContext {
  /** Folds the log lines of `run` under a title. */
  readonly group: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
}

export function createBuildEnvironment(job: JobContext): BuildEnvironment {
  return { ...createRegistryContext(job), group };
}
