import type { ContainerDefinition, HealthCheck, LogConfiguration } from "@aws-sdk/client-ecs";
import type { AwsError } from "../../kit/errors.ts";
import { parseSecretReference } from "../../runtime/tasks/secrets.ts";
import { clientException } from "./inputs.ts";
import { isSet } from "./registration-rules.ts";

/** Settings that would change how containers run, but that neither child processes nor Docker get. */
const notPerformed = [
  "repositoryCredentials",
  "links",
  "restartPolicy",
  "environmentFiles",
  "mountPoints",
  "volumesFrom",
  "dependsOn",
  "disableNetworking",
  "privileged",
  "dnsServers",
  "dnsSearchDomains",
  "extraHosts",
  "interactive",
  "pseudoTerminal",
  "resourceRequirements",
  "firelensConfiguration",
  "credentialSpecs",
] as const satisfies readonly (keyof ContainerDefinition)[];

/** Fargate's longest time between SIGTERM and SIGKILL (API reference, ContainerDefinition.stopTimeout). */
const longestStopTimeout = 120;

/** Throws ClientException with AWS's message for a container definition that cannot be run. */
export function validateContainer(
  container: ContainerDefinition,
  task: { region: string; executionRoleArn?: string },
): void {
  const { name, image, portMappings = [], secrets = [], environment = [], stopTimeout = 0 } = container;
  if (!name || !/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw clientException(`Container.name contains invalid characters: ${name ?? ""}`);
  if (!image) throw clientException("Container.image should not be null or empty.");
  if (/[<>\s]/.test(image)) throw clientException(`Container.image contains invalid characters: ${image}`);
  for (const setting of notPerformed) {
    if (isSet(container[setting]))
      throw clientException(`The simulator does not perform ${setting} (container ${name}).`);
  }
  for (const mapping of portMappings) validatePort(mapping, name);
  for (const { name: variable } of environment)
    if (!variable) throw clientException(`Container ${name} has an environment variable without a name.`);
  if (stopTimeout > longestStopTimeout)
    throw clientException(`Container stopTimeout must be at most ${longestStopTimeout} seconds on Fargate.`);
  if (container.healthCheck) validateHealthCheck(container.healthCheck, name);
  validateLinux(container, name);
  validateSecrets(secrets, name, task);
  validateLogs(container.logConfiguration, task);
  // Private ECR repositories: on AWS recognized by their host, here by the gateway's.
  if (/^(\d{12}\.dkr\.ecr\.|127\.0\.0\.1:)/.test(image) && !task.executionRoleArn)
    throw clientException(
      "Fargate requires task definition to have execution role ARN to support ECR images.",
    );
}

function validatePort(
  mapping: NonNullable<ContainerDefinition["portMappings"]>[number],
  container: string,
): void {
  const { protocol = "tcp", containerPortRange } = mapping;
  if (containerPortRange !== undefined)
    throw clientException(`The simulator does not perform containerPortRange (container ${container}).`);
  if (protocol !== "tcp")
    throw clientException(`The simulator maps tcp ports only, not ${protocol} (container ${container}).`);
}

/** Checks the parameters that Fargate supports ("Task definition differences for Fargate", developer guide). */
function validateLinux({ linuxParameters = {} }: ContainerDefinition, container: string): void {
  const { capabilities, initProcessEnabled: _, ...others } = linuxParameters;
  const unknown = Object.entries(others).find(([, value]) => isSet(value))?.[0];
  if (unknown)
    throw clientException(`Fargate does not support linuxParameters.${unknown} (container ${container}).`);
  const added = capabilities?.add?.find((name) => name !== "SYS_PTRACE");
  if (added)
    throw clientException(
      `Fargate adds the capability SYS_PTRACE only, not ${added} (container ${container}).`,
    );
}

function validateSecrets(
  secrets: NonNullable<ContainerDefinition["secrets"]>,
  container: string,
  { executionRoleArn }: { executionRoleArn?: string },
): void {
  if (secrets.length > 0 && !executionRoleArn)
    throw clientException(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
  for (const { name, valueFrom = "" } of secrets) {
    if (!name) throw clientException(`Container ${container} has a secret without a name.`);
    if (!parseSecretReference(valueFrom))
      throw clientException(
        `Invalid valueFrom of secret ${name} in container ${container}: ${valueFrom}. The simulator reads secrets of Secrets Manager only, as arn:aws:secretsmanager:region:account:secret:name[:json-key[:version-stage[:version-id]]].`,
      );
  }
}

/** Supported options of the awslogs driver (Amazon ECS developer guide, "Send logs to CloudWatch"). */
const logOptions = [
  "awslogs-group",
  "awslogs-region",
  "awslogs-stream-prefix",
  "awslogs-create-group",
  "mode",
  "max-buffer-size",
];
const requiredLogOptions = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"];

function validateLogs(
  configuration: LogConfiguration | undefined,
  task: { region: string; executionRoleArn?: string },
): void {
  if (!configuration) return;
  const { logDriver, options = {}, secretOptions = [] } = configuration;
  if (logDriver !== "awslogs")
    throw clientException(`The simulator has the log driver awslogs only, not ${logDriver}.`);
  if (secretOptions.length > 0)
    throw clientException("The simulator does not perform secretOptions of a log driver.");
  const unknown = Object.keys(options).find((option) => !logOptions.includes(option));
  if (unknown)
    throw clientException(
      `Log driver awslogs disallows options: ${unknown}. Allowed: ${logOptions.join(", ")}.`,
    );
  const missing = requiredLogOptions.filter((option) => !options[option]);
  if (missing.length > 0) throw clientException(`Log driver awslogs requires options: ${missing.join(", ")}`);
  if (options["awslogs-region"] !== task.region)
    throw clientException(
      `The simulator has the region ${task.region} only, not ${options["awslogs-region"]} (awslogs-region).`,
    );
  if (!task.executionRoleArn)
    throw clientException(
      "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    );
}

/** Allowed range of each figure (API reference, HealthCheck): in seconds, except for the retries. */
const ranges = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const satisfies Partial<Record<keyof HealthCheck, readonly [number, number]>>;

/** Throws ClientException for a health check that cannot be run. AWS documents the limits, not the messages. */
function validateHealthCheck(check: HealthCheck, container: string): void {
  const [kind, ...words] = check.command ?? [];
  if (kind !== "CMD" && kind !== "CMD-SHELL")
    throw invalidHealthCheck(
      container,
      `command must start with CMD or CMD-SHELL, not with ${kind ?? "nothing"}`,
    );
  if (words.length === 0 || words.some((word) => !word))
    throw invalidHealthCheck(container, `command lacks what is to be run after ${kind}`);
  if (kind === "CMD-SHELL" && words.length > 1)
    throw invalidHealthCheck(container, "command must be one text for the shell after CMD-SHELL");
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = check[name as keyof typeof ranges];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
      throw invalidHealthCheck(
        container,
        `${name} must be a whole number between ${least} and ${most}, not ${value}`,
      );
  }
}

function invalidHealthCheck(container: string, what: string): AwsError {
  return clientException(`Invalid healthCheck of container ${container}: ${what}.`);
}
