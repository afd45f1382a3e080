import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  adjust,
  type Balancing,
  commit,
  courseParts,
  createCode,
  createDelivery,
  createServices,
} from "@ecs-delivery/actions/check-lab/src/lab-account.support";
import {
  appSpec,
  browser,
  courseNames,
  programs,
  taskDefinition,
} from "@ecs-delivery/actions/check-lab/src/lab-parts.support";
import {
  pushImages,
  releaseAgain,
  releaseBoth,
} from "@ecs-delivery/actions/check-lab/src/lab-releases.support";
import { type ServiceName, services } from "@ecs-delivery/actions/check-lab/src/parts";
import { fillPlaceholders } from "@ecs-delivery/actions/core/placeholders";
import type { Stage } from "@ecs-delivery/actions/provision-stack/src/stage.support";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { outcome, updateParameters } from "./stacks.support.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

async function provision(stage: Stage, stacks: string[]): Promise<void> {
  const profile = JSON.parse(read("infra-templates/parameters/academy.json"));
  profile["load-balancer"].AdminSourceIps = `${browser}/32`;
  const { error } = await stage.run({
    templatesFolder: join(root, "infra-templates"),
    parametersFile: await stage.write("academy.json", profile),
    stackPrefix: "microservices",
    stacks,
  });
  if (error) throw error;
}

/** Does what the workflow Provision does, with every stack. */
export const provisionAll = (stage: Stage) => provision(stage, []);

/**
 * Mirrors the code and the definition files, and releases both services by the course's pipelines.
 * @param leftOut members of the containers that the account or the program does not have
 */
export async function deployByTemplates(
  { simulator }: Stage,
  { site = programs, leftOut = ["secrets", "healthCheck"] } = {},
): Promise<void> {
  await pushImages(simulator, courseNames, site);
  await commit(simulator, "microservices", servicesCode());
  await commit(simulator, "deployment", await filledDefinitions(simulator, leftOut));
  await updateParameters(simulator, "microservices-pipeline", { Sources: "ready" });
  const { failures } = await outcome(simulator, "microservices-pipeline");
  if (failures.length > 0) throw new Error(failures.join("; "));
  await releaseBoth(simulator, courseNames, { images: false });
}

/** The light navigation of phase 9, as a student's commit. */
export function ownChange(): Record<string, string> {
  const path = "services/employee/src/app.ts";
  return { [path]: `${read(path).replace("navbar-dark bg-dark", "navbar-light bg-light")}// Own.\n` };
}

export async function releaseOwnChange({ simulator }: Stage): Promise<void> {
  await releaseAgain(simulator, courseNames, "employee");
  await adjust(simulator, courseNames, {});
}

/** Registry, cluster and load balancer by templates; code, services and delivery by hand. */
export async function buildMixed(stage: Stage): Promise<void> {
  const { simulator } = stage;
  await provision(stage, ["network", "registry", "cluster", "load-balancer"]);
  const parts = await courseParts(simulator);
  await createCode(simulator, courseNames, parts.subnets);
  const balancing = await findBalancing(simulator);
  for (const service of services)
    await simulator.aws.ecs.registerTaskDefinition(
      taskDefinition(service, courseNames.service[service], service, parts.host),
    );
  await createServices(simulator, courseNames, { ...parts, ...balancing });
  await createDelivery(simulator, courseNames, { ...parts, ...balancing });
  await releaseBoth(simulator, courseNames);
  await releaseAgain(simulator, courseNames, "employee");
  await adjust(simulator, courseNames, {});
}

async function findBalancing({ aws: { ec2, elbv2 } }: TestSimulator): Promise<Balancing> {
  const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
  const { LoadBalancerArn = "", SecurityGroups = [] } = LoadBalancers[0] ?? {};
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  const { SecurityGroups: groups = [] } = await ec2.describeSecurityGroups({});
  const tasks = groups.find(({ GroupName }) => /task/i.test(GroupName ?? ""));
  const listen = async (port: number) => {
    const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn });
    const arn = Listeners.find(({ Port }) => Port === port)?.ListenerArn ?? "";
    const { Rules = [] } = await elbv2.describeRules({ ListenerArn: arn });
    return { arn, rule: Rules.find(({ IsDefault }) => !IsDefault)?.RuleArn ?? "" };
  };
  return {
    securityGroup: tasks?.GroupId ?? SecurityGroups[0] ?? "",
    loadBalancer: LoadBalancerArn,
    group: (service: ServiceName, number) =>
      TargetGroups.find(({ TargetGroupName }) => TargetGroupName === courseNames.targetGroup(service, number))
        ?.TargetGroupArn ?? "",
    listeners: { production: await listen(80), test: await listen(8080) },
  };
}

/** This repository's services and diagram, as an untouched fork has them. */
export function servicesCode(): Record<string, string> {
  const files = services.flatMap((service) =>
    ["Dockerfile", "package.json", "src/app.ts", "src/index.ts"].map((file) => `services/${service}/${file}`),
  );
  return Object.fromEntries([...files, "docs/architecture.md"].map((file) => [file, read(file)]));
}

/** The definition files as the workflow fills them. */
export async function filledDefinitions(
  { aws }: TestSimulator,
  leftOut: readonly string[],
): Promise<Record<string, string>> {
  const { Stacks = [] } = await aws.cloudformation.describeStacks({ StackName: "microservices-services" });
  const values = new Map(
    Stacks[0]?.Outputs?.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
  const fill = (name: string) => {
    const filled = fillPlaceholders(JSON.parse(read(`infra-templates/ecs/${name}`)), values);
    const { containerDefinitions } = filled as { containerDefinitions: [object] };
    const members = Object.entries(containerDefinitions[0]).filter(([member]) => !leftOut.includes(member));
    return JSON.stringify({ ...(filled as object), containerDefinitions: [Object.fromEntries(members)] });
  };
  return Object.fromEntries(
    services.flatMap((service) => [
      ...[`taskdef-${service}.json`, `taskdef-migrate-${service}.json`].map((name) => [name, fill(name)]),
      [`appspec-${service}.yaml`, appSpec(service)],
    ]),
  );
}
