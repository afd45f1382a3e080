import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import type { Operations } from "../api.ts";
import { findTaskDefinition } from "./find.ts";
import { healthCheckDefaults } from "./health-checks.ts";
import { clientException, invalid, page } from "./inputs.ts";
import { accountRoot, ecsArn } from "./names.ts";
import type { TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { checkTags, setTags, tagsOf } from "./tags.ts";
import { requireExecutionRole } from "./task-roles.ts";
import { parseCpu, parseMemory, validateTaskDefinition } from "./validate-task-definition.ts";

export function taskDefinitionOperations({ state, environment }: EcsContext): Operations<"ecs"> {
  const all = () => [...state.families.values()].flat();
  return {
    registerTaskDefinition(input) {
      validateTaskDefinition(input, environment);
      requireExecutionRole(environment, input);
      checkTags(input.tags);
      const revisions = state.families.get(input.family as string) ?? [];
      const revision = (revisions.at(-1)?.revision ?? 0) + 1;
      const taskDefinition = toRecord(input, revision, environment);
      state.families.set(taskDefinition.family, [...revisions, taskDefinition]);
      setTags(state, taskDefinition.taskDefinitionArn, input.tags);
      return { taskDefinition, tags: input.tags };
    },
    describeTaskDefinition({ taskDefinition: reference = "", include = [] }) {
      const taskDefinition = findTaskDefinition(state, reference);
      if (!taskDefinition) throw clientException("Unable to describe task definition.");
      const tags = include.includes("TAGS") ? tagsOf(state, taskDefinition.taskDefinitionArn) : undefined;
      return { taskDefinition, tags };
    },
    deregisterTaskDefinition({ taskDefinition: reference = "" }) {
      if (!/:\d+$/.test(reference)) throw invalid("Invalid revision number. Number: null");
      const taskDefinition = findTaskDefinition(state, reference);
      if (!taskDefinition) throw clientException("The specified task definition does not exist.");
      taskDefinition.status = "INACTIVE";
      taskDefinition.deregisteredAt ??= environment.clock.now();
      return { taskDefinition };
    },
    listTaskDefinitions(input = {}) {
      const { familyPrefix, status = "ACTIVE", sort = "ASC" } = input;
      const matching = all()
        // Despite its name it is the full name of a family (API reference).
        .filter((definition) => familyPrefix === undefined || definition.family === familyPrefix)
        .filter((definition) => definition.status === status)
        .sort((a, b) => a.family.localeCompare(b.family) || a.revision - b.revision);
      const { items, nextToken } = page(sort === "DESC" ? matching.reverse() : matching, input);
      return { taskDefinitionArns: items.map((definition) => definition.taskDefinitionArn), nextToken };
    },
    listTaskDefinitionFamilies(input = {}) {
      const { familyPrefix = "", status = "ALL" } = input;
      const families = [...state.families]
        .filter(([family]) => family.startsWith(familyPrefix))
        .filter(([, revisions]) => {
          const active = revisions.some((definition) => definition.status === "ACTIVE");
          return status === "ALL" || (status === "ACTIVE") === active;
        })
        .map(([family]) => family)
        .sort();
      const { items, nextToken } = page(families, input);
      return { families: items, nextToken };
    },
  };
}

function toRecord(
  { tags: _, ...input }: RegisterTaskDefinitionCommandInput,
  revision: number,
  environment: Environment,
): TaskDefinitionRecord {
  const family = input.family as string;
  return {
    ...input,
    family,
    revision,
    taskDefinitionArn: ecsArn(environment, `task-definition/${family}:${revision}`),
    containerDefinitions: (input.containerDefinitions ?? []).map(withDefaults),
    cpu: String(parseCpu(input.cpu ?? "")),
    memory: String(parseMemory(input.memory ?? "")),
    volumes: [],
    placementConstraints: [],
    status: "ACTIVE",
    compatibilities: ["EC2", "FARGATE"],
    requiresAttributes: requiredCapabilities(input).map((name) => ({ name })),
    registeredAt: environment.clock.now(),
    registeredBy: accountRoot(environment),
  };
}

/** Adds defaults that describeTaskDefinition shows for missing settings. */
function withDefaults(container: ContainerDefinition): ContainerDefinition {
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: container.systemControls ?? [],
    ...(container.healthCheck ? { healthCheck: { ...healthCheckDefaults, ...container.healthCheck } } : {}),
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      ...mapping,
      hostPort: mapping.containerPort,
      protocol: mapping.protocol ?? "tcp",
    })),
  };
}

/** Capabilities that ECS derives from the settings. */
function requiredCapabilities(input: RegisterTaskDefinitionCommandInput): string[] {
  const containers = input.containerDefinitions ?? [];
  const prefix = "com.amazonaws.ecs.capability";
  const capabilities: [string, boolean][] = [
    [`${prefix}.docker-remote-api.1.18`, true],
    [`${prefix}.logging-driver.awslogs`, containers.some((container) => container.logConfiguration)],
    ["ecs.capability.execution-role-awslogs", containers.some((container) => container.logConfiguration)],
    ["ecs.capability.execution-role-ecr-pull", input.executionRoleArn !== undefined],
    [
      "ecs.capability.secrets.asm.environment-variables",
      containers.some((container) => container.secrets?.length),
    ],
    [`${prefix}.task-iam-role`, input.taskRoleArn !== undefined],
    ["ecs.capability.task-eni", true],
  ].map(([name, needed]) => [String(name), Boolean(needed)]);
  return capabilities.filter(([, needed]) => needed).map(([name]) => name);
}
