import { group } from "@actions/core";
import { createRegistryWorld, type RegistryWorld } from "../../shared/registry/registry-world.ts";

/** Context of a build; nothing below reads time, the network or the environment otherwise. */
export interface BuildEnvironment extends RegistryWorld {
  /** Folds the log lines of `run` under a title. */
  readonly group: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
}

export function createBuildEnvironment(signal: AbortSignal): BuildEnvironment {
  return { ...createRegistryWorld(signal), group };
}
