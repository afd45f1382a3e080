import {
  type CodeDeployClient,
  GetDeploymentGroupCommand,
  paginateListApplications,
  paginateListDeploymentGroups,
} from "@aws-sdk/client-codedeploy";
import { DescribeRepositoriesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type LoadBalancer,
  type Service,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { lastSegment, parseArn } from "@ecs-delivery/actions/core/arn";
import { Failure } from "@ecs-delivery/actions/core/failure";

interface InitClients {
  readonly ecs: Pick<ECSClient, "send">;
  readonly ecr: Pick<ECRClient, "send">;
  readonly codedeploy: CodeDeployClient;
}

export interface DeployedService {
  readonly account?: string;
  readonly cluster: string;
  readonly service: string;
  /** As registered, without what only AWS sets. */
  readonly taskDefinition: object;
  /** `family:revision`. */
  readonly revision: string;
  /** Container behind the load balancer, else the first essential one. */
  readonly container: string;
  /** Name of the ECR repository of its image; undefined for another registry. */
  readonly repository: string | undefined;
  readonly codedeploy: CodeDeployGroup | undefined;
}

export interface CodeDeployGroup {
  /** Undefined where no deployment group deploys the service yet. */
  readonly application: string | undefined;
  readonly group: string | undefined;
  readonly containerName: string;
  readonly containerPort: number;
}

/** Reads a service and all that its files need. Throws a Failure that says what does not exist. */
export async function readService(
  clients: InitClients,
  given: { readonly cluster: string; readonly service: string },
): Promise<DeployedService> {
  const { cluster, found, taskDefinition } = await readRunning(clients, given);
  const [balancer] = found.loadBalancers ?? [];
  const containers = taskDefinition.containerDefinitions ?? [];
  const container =
    containers.find(({ name }) => name === balancer?.containerName) ??
    containers.find(({ essential }) => essential !== false);
  return {
    account: parseArn(found.clusterArn ?? "")?.account ?? "",
    cluster,
    service: requireName("service", found.serviceName),
    taskDefinition: cleaned(taskDefinition),
    revision: `${taskDefinition.family}:${taskDefinition.revision}`,
    container: requireName("container", container?.name),
    repository: await repositoryOf(clients, container?.image ?? ""),
    codedeploy: await codedeployOf(clients, found, cluster, balancer),
  };
}

/** Names become file names and a part of a workflow. ECS allows no other characters in them. */
function requireName(kind: string, name = ""): string {
  if (/^[\w-]+$/.test(name)) return name;
  throw new Failure(`AWS returned the ${kind} name ${JSON.stringify(name)}`, {
    nextStep: "use the account's own endpoint; a name has letters, digits, - and _ only.",
  });
}

/** Reads a service with its present settings, and what it runs. An ARN may be given. */
export async function readRunning(
  clients: Pick<InitClients, "ecs">,
  given: { readonly cluster: string; readonly service: string },
) {
  const service = await describeService(clients, given.cluster, given.service);
  // A service of CodeDeploy has them in the primary task set.
  const {
    taskDefinition = service.taskDefinition,
    loadBalancers = service.loadBalancers,
    networkConfiguration = service.networkConfiguration,
  } = service.taskSets?.find(({ status }) => status === "PRIMARY") ?? {};
  const found = { ...service, taskDefinition, loadBalancers, networkConfiguration };
  const running = await clients.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] }),
  );
  return {
    cluster: lastSegment(service.clusterArn ?? given.cluster),
    found,
    taskDefinition: { ...running.taskDefinition, tags: running.tags ?? [] },
  };
}

async function describeService(
  { ecs }: Pick<InitClients, "ecs">,
  cluster: string,
  service: string,
): Promise<Service> {
  const nextStep = "check the name, the region and the profile.";
  const command = new DescribeServicesCommand({ cluster, services: [service] });
  const { services = [] } = await ecs.send(command).catch((error: Error) => {
    if (error.name !== "ClusterNotFoundException") throw error;
    throw new Failure(`The cluster ${cluster} does not exist`, { nextStep, cause: error });
  });
  const [found] = services;
  if (found && found.status !== "INACTIVE") return found;
  throw new Failure(`The cluster ${cluster} has no service ${service}`, { nextStep });
}

/** Members that only AWS sets: RegisterTaskDefinition refuses them. */
const readOnly: readonly (keyof TaskDefinition)[] = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
];

/** Leaves out what only AWS sets, and empty lists and objects, which AWS adds when it describes. */
export function cleaned(taskDefinition: object): object {
  const given = Object.entries(taskDefinition).filter(
    ([name]) => !readOnly.includes(name as keyof TaskDefinition),
  );
  return withoutEmpty(Object.fromEntries(given)) as object;
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .map(([name, member]) => [name, withoutEmpty(member)] as const)
    .filter(([, member]) => member !== undefined && !isEmpty(member));
  return Object.fromEntries(members);
}

const isEmpty = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

async function repositoryOf({ ecr }: InitClients, image: string): Promise<string | undefined> {
  const address = image.replace(/@.*/s, "").replace(/:[^/:]*$/, "");
  const name = address.slice(address.indexOf("/") + 1);
  if (!address.includes("/")) return undefined;
  try {
    const { repositories = [] } = await ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [name] }),
    );
    return repositories.some(({ repositoryUri }) => repositoryUri === address) ? name : undefined;
  } catch (error) {
    const { name: kind } = error as Error;
    if (kind === "RepositoryNotFoundException" || kind === "InvalidParameterException") return undefined;
    throw error;
  }
}

async function codedeployOf(
  { codedeploy }: InitClients,
  service: Service,
  cluster: string,
  balancer: LoadBalancer | undefined,
): Promise<CodeDeployGroup | undefined> {
  if (service.deploymentController?.type !== "CODE_DEPLOY") return undefined;
  const { containerName = "", containerPort = 80 } = balancer ?? {};
  const found = await findGroup(codedeploy, cluster, service.serviceName ?? "");
  const { applicationName: application, deploymentGroupName: group } = found ?? {};
  return { application, group, containerName, containerPort };
}

export async function findGroup(client: CodeDeployClient, cluster: string, service: string) {
  for await (const { applications = [] } of paginateListApplications({ client }, {}))
    for (const applicationName of applications)
      for await (const { deploymentGroups = [] } of paginateListDeploymentGroups(
        { client },
        { applicationName },
      ))
        for (const deploymentGroupName of deploymentGroups) {
          const { deploymentGroupInfo } = await client.send(
            new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }),
          );
          const isOfService = deploymentGroupInfo?.ecsServices?.some(
            ({ clusterName, serviceName }) => clusterName === cluster && serviceName === service,
          );
          if (isOfService) return { ...deploymentGroupInfo, applicationName, deploymentGroupName };
        }
  return undefined;
}
