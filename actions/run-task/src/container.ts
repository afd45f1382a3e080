import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Finding } from "../../shared/findings.ts";

/** The named container, else the first essential one; ECS takes a container for essential that does not say. */
export function chooseContainer(
  containers: readonly ContainerDefinition[],
  name: string | undefined,
): { container: ContainerDefinition | undefined; findings: Finding[] } {
  if (name === undefined)
    return { container: containers.find(({ essential }) => essential !== false), findings: [] };
  const container = containers.find((candidate) => candidate.name === name);
  if (container || containers.length === 0) return { container, findings: [] };
  const names = containers.map((candidate) => candidate.name).join(", ");
  const text = `the task definition has no container ${name} (input container); it has: ${names}`;
  return { container, findings: [{ text }] };
}
