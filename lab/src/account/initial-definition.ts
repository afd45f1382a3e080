import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { readDefinition } from "./definitions.ts";
import type { Needs } from "./needs.ts";
import { ownRoles, roleArn } from "./parts.ts";
import type { NeededService } from "./services.ts";

const isName = (text: unknown) => typeof text === "string" && /^[\w:/.+=,@#-]+$/.test(text);

/**
 * Returns the revision that runs before the first deployment: the repository's file with stand-in images, without what
 * is for the real program (command, health check, volumes) and without what a step fills in; and the same with the
 * least that can run.
 */
export function initialDefinition(
  { checkout, account }: Needs,
  { family, definition, containers, codedeploy }: NeededService,
  images: ReadonlyMap<string, string>,
) {
  const content = definition === undefined ? undefined : readDefinition(checkout, definition)?.content;
  const roles = {
    executionRoleArn: isName(content?.executionRoleArn)
      ? content?.executionRoleArn
      : roleArn(account, ownRoles.execution),
    ...(isName(content?.taskRoleArn) && { taskRoleArn: content?.taskRoleArn }),
  };
  const fargate = {
    family,
    networkMode: "awsvpc" as const,
    requiresCompatibilities: ["FARGATE" as const],
  } satisfies Partial<RegisterTaskDefinitionCommandInput>;
  const least: RegisterTaskDefinitionCommandInput = {
    ...{ ...fargate, executionRoleArn: roleArn(account, ownRoles.execution), cpu: "256", memory: "512" },
    containerDefinitions: containers.map(({ name, port = codedeploy && 80 }) => ({
      ...{ name, image: images.get(name), essential: true },
      ...(port && { portMappings: [{ containerPort: port }] }),
    })),
  };
  const whole: RegisterTaskDefinitionCommandInput = {
    ...{ ...least, ...roles },
    ...(/^\d+$/.test(`${content?.cpu}`) && { cpu: `${content?.cpu}`, memory: `${content?.memory}` }),
    containerDefinitions: least.containerDefinitions?.map((container) => {
      const given = content?.containerDefinitions?.find(({ name }) => name === container.name);
      return { ...container, ...keptOf(given) };
    }),
  };
  const asks: readonly unknown[] = content?.requiresCompatibilities ?? [];
  return { whole, least, onEc2: asks.includes("EC2") && !asks.includes("FARGATE") };
}

function keptOf({
  environment = [],
  secrets = [],
  logConfiguration,
}: Partial<ContainerDefinition> = {}): Partial<ContainerDefinition> {
  const logs =
    logConfiguration?.logDriver === "awslogs" && Object.values(logConfiguration.options ?? {}).every(isName);
  return {
    environment: environment.map(({ name, value }) => ({ name, value: `${value}` })),
    secrets: secrets.filter(({ valueFrom }) => isName(valueFrom)),
    ...(logs && { logConfiguration }),
  };
}
