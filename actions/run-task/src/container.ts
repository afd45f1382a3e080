import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import type { Finding } from "../../shared/findings.ts";

/** Returns the given container, else the first essential one; ECS treats containers as essential by default. */
export function chooseContainer(
  containers: readonly ContainerDefinition[],
  name: string | undefined,
): { container: ContainerDefinition | undefined; findings: Finding[] } {
  if (name === undefined)
    return { container: containers.find(({ essential }) => essential !== false), findings: [] };
  const container = containers.find((candidate) => candidate.name === name);
  if (container || containers.length === 0) return { container, findings: [] };
  return { container, findings: [noContainer(containers, name, "container")] };
}

/** Returns a finding for each override of a container that the task definition does not have. */
export function unknownOverrides(
  containers: readonly ContainerDefinition[],
  overrides: readonly ContainerOverride[],
): Finding[] {
  const names = overrides.map(({ name = "" }) => name);
  const unknown = names.filter((name) => !containers.some((container) => container.name === name));
  return containers.length === 0
    ? []
    : unknown.map((name) => noContainer(containers, name, "container-overrides"));
}

function noContainer(containers: readonly ContainerDefinition[], name: string, input: string): Finding {
  const names = containers.map((candidate) => candidate.name).join(", ");
  return {
    text: `the task definition does not have the container ${name} (input ${input}); it has: ${names}`,
  };
}
