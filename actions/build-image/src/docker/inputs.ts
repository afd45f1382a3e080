import type { InputReader } from "../../../shared/inputs.ts";

export interface DockerInputs {
  readonly kind: "docker";
}

/** Inputs that only this builder has. */
export const dockerInputNames: readonly string[] = [
  "dockerfile",
  "build-args",
  "build-secrets",
  "target",
  "cache",
  "provenance",
  "sbom",
];

export function readDockerInputs(_read: InputReader): DockerInputs {
  return { kind: "docker" };
}
