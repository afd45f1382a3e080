import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import type { StepContext } from "../../core/context.ts";
import { withTolerance } from "../../core/findings.ts";
import { createEcsClients, type EcsClients, type EcsContext } from "../../ecs/context.ts";
import { createNetworkClients, type NetworkClients } from "../../ecs/network/clients.ts";
import { findTaskWays, type Launch, type Ways } from "../../ecs/network/task-ways.ts";

export interface RunContext extends EcsContext {
  readonly clients: EcsClients & NetworkClients;
}

export function createRunContext(step: StepContext): RunContext {
  return { ...step, clients: { ...createEcsClients(), ...createNetworkClients() } };
}

/** Returns what the network closes to a task with these containers; ECS may place it in any of the subnets. */
export async function findWays(
  { clients, signal }: RunContext,
  launch: Launch,
  containerDefinitions: ContainerDefinition[],
): Promise<Ways> {
  return findTaskWays({
    clients,
    signal: withTolerance(signal),
    launch,
    containerDefinitions,
    region: await clients.ecs.config.region(),
    giveAddress: () => "set the input run-task-assign-public-IP to ENABLED",
  });
}

/** Returns the containers with the variables that they run with. */
export function withOverrides(
  containers: readonly ContainerDefinition[],
  overrides: readonly ContainerOverride[],
): ContainerDefinition[] {
  return containers.map((container) => {
    const given = overrides.find(({ name }) => name === container.name)?.environment ?? [];
    const kept = (container.environment ?? []).filter(({ name }) =>
      given.every((each) => each.name !== name),
    );
    return { ...container, environment: [...kept, ...given] };
  });
}
