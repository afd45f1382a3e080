import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { clientException, refuseOthers } from "./inputs.ts";
import { messagesAbout } from "./registration-rules.ts";
import { validateContainer } from "./validate-container.ts";

/** Bytes. Source: Amazon ECS service quotas, "Task definition size limit". */
const longestDefinition = 65_536;

/** Throws ClientException with AWS's message, before anything is registered. */
export function validateTaskDefinition(
  input: RegisterTaskDefinitionCommandInput,
  environment: Pick<Environment, "region">,
): void {
  const [message] = messagesAbout(input);
  if (message !== undefined) throw clientException(message);
  refuseOthers(
    "RegisterTaskDefinition",
    input,
    [
      "family",
      "taskRoleArn",
      "executionRoleArn",
      "networkMode",
      "containerDefinitions",
      "requiresCompatibilities",
      "cpu",
      "memory",
      "tags",
      "ephemeralStorage",
      "runtimePlatform",
    ],
    "ClientException",
  );
  const { tags: _, ...definition } = input;
  const length = Buffer.byteLength(JSON.stringify(definition));
  if (length > longestDefinition)
    throw clientException(`Actual length: '${length}'. Max allowed length is '${longestDefinition}' bytes.`);
  const { family = "", containerDefinitions = [] } = input;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family))
    throw clientException(
      "Invalid family name: it may hold up to 255 letters, numbers, underscores and hyphens.",
    );
  validateFargate(input);
  validatePlatform(input);
  for (const container of containerDefinitions)
    validateContainer(container, { region: environment.region, executionRoleArn: input.executionRoleArn });
  validateTogether(input);
}

function validateFargate(input: RegisterTaskDefinitionCommandInput): void {
  const { requiresCompatibilities = [], networkMode, cpu, memory } = input;
  if (!requiresCompatibilities.includes("FARGATE"))
    throw clientException(
      "The simulator runs tasks on Fargate only: requiresCompatibilities must contain FARGATE.",
    );
  if (networkMode !== "awsvpc") throw clientException("Fargate only supports network mode ‘awsvpc’.");
  if (cpu === undefined) throw clientException("Fargate requires that 'cpu' be defined at the task level.");
  if (memory === undefined)
    throw clientException("Fargate requires that 'memory' be defined at the task level.");
  const units = parseCpu(cpu);
  if (Number.isNaN(units)) throw clientException(`Invalid 'cpu' setting for task: ${cpu}`);
  const mebibytes = parseMemory(memory);
  if (Number.isNaN(mebibytes)) throw clientException(`Invalid 'memory' setting for task: ${memory}`);
  if (!isFargateSize(units, mebibytes))
    throw clientException(
      `No Fargate configuration exists for given values: ${units} CPU, ${mebibytes} memory. See the Amazon ECS documentation for the valid values.`,
    );
}

function validatePlatform({ runtimePlatform }: RegisterTaskDefinitionCommandInput): void {
  const family = runtimePlatform?.operatingSystemFamily ?? "LINUX";
  if (family !== "LINUX")
    throw clientException(`The simulator runs containers of family LINUX only, not ${family}.`);
}

function validateTogether({
  containerDefinitions = [],
  cpu = "",
  memory = "",
}: RegisterTaskDefinitionCommandInput): void {
  const sum = (pick: (container: { cpu?: number; memory?: number; memoryReservation?: number }) => number) =>
    containerDefinitions.reduce((total, container) => total + pick(container), 0);
  if (sum((container) => container.cpu ?? 0) > parseCpu(cpu))
    throw clientException(
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    );
  const large = containerDefinitions.find((each) => (each.memory ?? 0) > parseMemory(memory));
  if (large)
    throw clientException(`The 'memory' setting for container '${large.name}' is greater than for the task.`);
  if (sum((container) => container.memoryReservation ?? container.memory ?? 0) > parseMemory(memory))
    throw clientException(
      "Invalid setting for container memory: the containers together exceed the task's 'memory'.",
    );
}

/**
 * Memory in MiB that Fargate offers for each number of CPU units (Amazon ECS developer guide, "Task CPU and memory").
 */
const memoryFor: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1024, 4096, 1024),
  1024: steps(2048, 8192, 1024),
  2048: steps(4096, 16_384, 1024),
  4096: steps(8192, 30_720, 1024),
  8192: steps(16_384, 61_440, 4096),
  16384: steps(32_768, 122_880, 8192),
  // pulumi-awsx#2053
  32768: [61_440, 122_880, 249_856],
};

function isFargateSize(cpu: number, memory: number): boolean {
  return memoryFor[cpu]?.includes(memory) ?? false;
}

/** CPU units of `512`, `.5 vCPU` or `0.5 vcpu`; NaN for anything else. */
export function parseCpu(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?|\.\d+)\s*vcpu$/i.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * 1024;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** MiB of `1024` or `1 GB`; NaN for anything else. */
export function parseMemory(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?|\.\d+)\s*gb$/i.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * 1024;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}
