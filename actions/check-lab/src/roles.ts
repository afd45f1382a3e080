import type { DeploymentGroupInfo, DeploymentInfo } from "@aws-sdk/client-codedeploy";
import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { Service, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Listener, LoadBalancer, Rule, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Account } from "./account/account.ts";
import { type Choices, createChoices, hint, missing, points, unlessMissing } from "./choices.ts";
import { ruleFor } from "./listener-rules.ts";
import { Missing, once } from "./outcome.ts";
import {
  actionsOf,
  attachments,
  checksFor,
  containerOf,
  courseCluster,
  forwardedTo,
  isAdminPath,
  type ListenerName,
  nameOfService,
  otherThan,
  pathsOf,
  ports,
  primaryOf,
  repositoryIn,
  ruleName,
  type ServiceName,
  services,
} from "./parts.ts";

/** Words in names that students give to the parts of a service. */
const words: { readonly [service in ServiceName]: RegExp } = {
  customer: /customer|client|public/i,
  employee: /employee|employe|admin|staff/i,
};
/** At most this many resources of a kind are read one by one. */
const mostRead = 60;

export type Roles = ReturnType<typeof findRoles>;

/**
 * Finds the parts of the lab by what they do, then by the course's names: the target group behind /admin, the service
 * that runs the employee image. `taken` says which resource was taken for what. A part that does not exist is Missing.
 */
export function findRoles(account: Account) {
  const choices = createChoices();
  const balancing = findBalancing(account, choices);
  const containers = findContainers(account, choices, balancing.groupsBehind);
  const delivery = findDelivery(account, choices, containers.service, balancing.groupsBehind);
  const { groupsBehind, ...shown } = balancing;
  const { pairOf } = delivery;

  /** Groups behind the listeners, and in the deployment group, as one is free after a release. */
  const targetGroups = once(async (name: ServiceName): Promise<TargetGroup[]> => {
    const behind = new Set(await groupsBehind(name));
    const others = await pairOf(otherThan(name));
    const own = (await pairOf(name)).filter((target) => !others.includes(target));
    return (await account.targetGroups()).filter(
      ({ TargetGroupArn = "", TargetGroupName }) =>
        behind.has(TargetGroupArn) || own.includes(TargetGroupName),
    );
  });

  /** The one service whose tasks register in a group, or whose deployment group has it, whatever the listeners do. */
  const ownerOf = once(async (arn: string): Promise<ServiceName | undefined> => {
    const group = (await account.targetGroups()).find(({ TargetGroupArn }) => TargetGroupArn === arn);
    const claims = services.map(async (name) => {
      const used = attachments((await hint(containers.service(name))) ?? {});
      const isUsed = used.some(({ targetGroupArn }) => targetGroupArn === arn);
      return isUsed || (await pairOf(name)).includes(group?.TargetGroupName) ? [name] : [];
    });
    const owners = (await Promise.all(claims)).flat();
    return owners.length === 1 ? owners[0] : undefined;
  });

  /** Groups in a deployment group that check the other service's path, and that it has too, or got in exchange. */
  const foreignGroups = once(async (name: ServiceName): Promise<TargetGroup[]> => {
    const [own, theirs] = await Promise.all([pairOf(name), pairOf(otherThan(name))]);
    const wrong = (await account.targetGroups()).filter(({ TargetGroupName, ...group }) =>
      (checksFor(group) === name ? theirs : own).includes(TargetGroupName),
    );
    const wrongHere = wrong.filter(({ TargetGroupName }) => own.includes(TargetGroupName));
    return wrongHere.filter(
      ({ TargetGroupName }) => theirs.includes(TargetGroupName) || wrong.length > wrongHere.length,
    );
  });

  return { ...choices, ...shown, ...containers, ...delivery, targetGroups, ownerOf, foreignGroups };
}

/** The load balancer with its listeners, rules and target groups. */
function findBalancing(account: Account, { taken, choose }: Choices) {
  /** Groups that ECS services register their tasks in: of two load balancers that look right, one has them. */
  const groupsInUse = once(async (): Promise<TargetGroup[]> => {
    const used = ((await hint(account.services())) ?? []).flatMap(attachments);
    return ((await hint(account.targetGroups())) ?? []).filter(({ TargetGroupArn }) =>
      used.some(({ targetGroupArn }) => targetGroupArn === TargetGroupArn),
    );
  });

  const loadBalancer = once(async (): Promise<LoadBalancer> => {
    const found = (await account.loadBalancers()).filter(({ Type }) => Type === "application");
    const candidates = found.slice(0, mostRead).map(async (value) => {
      const listeners = await account.listeners(value.LoadBalancerArn ?? "");
      const rules = await Promise.all(listeners.map((each) => account.listenerRules(each.ListenerArn ?? "")));
      const hasAdmin = rules.flat().some((rule) => pathsOf(rule).some(isAdminPath));
      const isNamed = value.LoadBalancerName === "microservicesLB";
      const isUsed = (await groupsInUse()).some((group) =>
        group.LoadBalancerArns?.includes(value.LoadBalancerArn ?? ""),
      );
      const score = points([isUsed, 8], [hasAdmin, 4], [isNamed, 2], [found.length === 1, 1]);
      return { value, name: value.LoadBalancerName ?? "", score };
    });
    const chosen = choose("the load balancer", await Promise.all(candidates));
    return chosen ?? missing(account, "no application load balancer");
  });

  const listener = once(async (name: ListenerName): Promise<Listener> => {
    const { LoadBalancerArn = "", LoadBalancerName } = await loadBalancer();
    const listeners = await account.listeners(LoadBalancerArn);
    const plain = listeners.find(({ Port }) => Port === ports[name]);
    const redirects = plain?.DefaultActions?.[0]?.Type === "redirect";
    const found = redirects ? listeners.find(({ Port }) => Port === 443) : plain;
    return found ?? missing(account, `no listener on port ${ports[name]} of ${LoadBalancerName}`);
  });

  const rulesOf = async (name: ListenerName) =>
    account.listenerRules((await listener(name)).ListenerArn ?? "");

  /** The first rule with a path under /admin that forwards; others may redirect /admin, or refuse strangers. */
  const adminRule = once(async (name: ListenerName): Promise<Rule> => {
    const rules = await rulesOf(name);
    const found = rules.filter((rule) => pathsOf(rule).some(isAdminPath));
    const forwards = found.find(({ Actions }) => forwardedTo(Actions));
    const has = rules.map((rule) => ruleName(rule)).join("; ");
    return (
      forwards ??
      found[0] ??
      missing(account, `no rule for /admin/* on listener ${ports[name]}: it has ${has}`)
    );
  });

  /** The target group that a listener forwards the service's paths to. */
  const targetGroup = once(async (service: ServiceName, name: ListenerName): Promise<TargetGroup> => {
    const { DefaultActions } = await listener(name);
    // Without a default group, a rule such as /* has the customer's paths.
    const byDefault =
      forwardedTo(DefaultActions) ??
      forwardedTo(ruleFor(await rulesOf(name), { path: "/suppliers" })?.Actions);
    const arn = service === "customer" ? byDefault : forwardedTo((await adminRule(name)).Actions);
    const found = (await account.targetGroups()).find(({ TargetGroupArn }) => TargetGroupArn === arn);
    if (!found)
      throw new Missing(`listener ${ports[name]} forwards the ${service}'s paths to no target group`);
    taken.set(`the ${service}'s ${name} target group`, found.TargetGroupName ?? "");
    return found;
  });

  /** ARNs of the groups behind both listeners. */
  const groupsBehind = async (service: ServiceName) => {
    const names = ["production", "test"] as const;
    const found = await Promise.all(names.map((name) => hint(targetGroup(service, name))));
    return found.flatMap((group) => group?.TargetGroupArn ?? []);
  };

  return { loadBalancer, listener, rulesOf, adminRule, targetGroup, groupsBehind };
}

/** ECS services with their task definitions and image repositories. */
function findContainers(
  account: Account,
  { choose }: Choices,
  groupsBehind: (service: ServiceName) => Promise<string[]>,
) {
  const runsImageOf = async ({ taskDefinition }: Service, name: ServiceName) => {
    const definition = taskDefinition ? await account.taskDefinition(taskDefinition) : undefined;
    const images = definition?.containerDefinitions?.map(({ image = "" }) => repositoryIn(image)) ?? [];
    return images.some((image) => words[name].test(image));
  };

  const service = once(async (service: ServiceName): Promise<Service> => {
    const all = (await account.services()).filter(({ status }) => status !== "INACTIVE");
    const behind = new Set(await groupsBehind(service));
    const scored = all.map(async (value) => {
      const { serviceName: name = "", clusterArn } = value;
      const attached = attachments(value);
      const byPath = attached.some(({ targetGroupArn = "" }) => behind.has(targetGroupArn));
      const byName = name === `${service}-microservice`;
      const byContainer = attached.some(({ containerName }) => containerName === service);
      const byWord = words[service].test(name);
      const byImage = all.length <= mostRead && (await runsImageOf(value, service));
      const score = points([byPath, 4], [byName, 4], [byImage, 3], [byContainer, 2], [byWord, 1]);
      const inCluster = clusterArn?.endsWith(`/${courseCluster}`) ?? false;
      return { value, name: nameOfService(value), score: score && score + points([inCluster, 1]) };
    });
    const chosen = choose(`the ${service} service`, await Promise.all(scored));
    return chosen ?? missing(account, `no ECS service that runs the ${service} image`);
  });

  /** The revision that production runs; without a service the newest of the family. */
  const taskDefinition = once(async (name: ServiceName): Promise<TaskDefinition> => {
    const found = await unlessMissing(service(name));
    const arn = found && (primaryOf(found)?.taskDefinition ?? found.taskDefinition);
    const families = arn ? [] : await account.taskDefinitionFamilies();
    const family =
      families.find((each) => each === `${name}-microservice`) ??
      families.find((each) => words[name].test(each) && !/migrat/i.test(each));
    const definition = (arn ?? family) && (await account.taskDefinition(arn ?? family ?? ""));
    return definition || missing(account, `no task definition ${name}-microservice`);
  });

  const imageRepository = once(async (name: ServiceName) => {
    const runs = await hint(taskDefinition(name));
    const used = runs && repositoryIn(containerOf(runs, name)?.image ?? "");
    const scored = (await account.imageRepositories()).map((value) => {
      const { repositoryName = "" } = value;
      const byWord = words[name].test(repositoryName.split("/").at(-1) ?? "");
      const score = points([repositoryName === name, 4], [repositoryName === used, 3], [byWord, 1]);
      return { value, name: repositoryName, score };
    });
    const chosen = choose(`the ${name} image repository`, scored);
    return chosen ?? missing(account, `no ECR repository ${name}`);
  });

  return { service, taskDefinition, imageRepository };
}

const pairIn = ({ loadBalancerInfo }: DeploymentGroupInfo) =>
  loadBalancerInfo?.targetGroupPairInfoList?.[0]?.targetGroups?.map((target) => target.name) ?? [];

/** Deployment groups and pipelines. */
function findDelivery(
  account: Account,
  { choose }: Choices,
  service: (name: ServiceName) => Promise<Service>,
  groupsBehind: (service: ServiceName) => Promise<string[]>,
) {
  const deploymentGroup = once(async (name: ServiceName): Promise<DeploymentGroupInfo> => {
    const deployed = (await hint(service(name)))?.serviceName;
    const behind = await groupsBehind(name);
    const groups = (await hint(account.targetGroups())) ?? [];
    const own = groups.filter(({ TargetGroupArn = "" }) => behind.includes(TargetGroupArn));
    const scored = (await account.deploymentGroups()).map((value) => {
      const { deploymentGroupName = "", applicationName, ecsServices = [] } = value;
      const byService = ecsServices.some(({ serviceName }) => serviceName === deployed);
      const byName = deploymentGroupName === `microservices-${name}`;
      const byWord = words[name].test(deploymentGroupName);
      const byPair = own.some(({ TargetGroupName }) => pairIn(value).includes(TargetGroupName));
      const score = points([byService, 4], [byPair, 4], [byName, 2], [byWord, 1]);
      return { value, name: `${applicationName}/${deploymentGroupName}`, score };
    });
    const chosen = choose(`the ${name} deployment group`, scored);
    return chosen ?? missing(account, `no CodeDeploy deployment group for the ${name} service`);
  });

  /** Names of the deployment group's target groups. */
  const pairOf = async (name: ServiceName) => pairIn((await hint(deploymentGroup(name))) ?? {});

  /** The newest first; none without a deployment group. */
  const deployments = async (name: ServiceName): Promise<DeploymentInfo[]> => {
    const { applicationName = "", deploymentGroupName = "" } = (await hint(deploymentGroup(name))) ?? {};
    return applicationName ? account.deployments(applicationName, deploymentGroupName) : [];
  };

  /**
   * Both listeners of a service use one target group after its first release, and two before. A task set of CodeDeploy
   * has the deployment's id, also after its deployment group was created again.
   */
  const wasReleased = once(async (name: ServiceName): Promise<boolean> => {
    const { taskSets = [] } = (await hint(service(name))) ?? {};
    if (taskSets.some(({ externalId }) => externalId)) return true;
    const group = await unlessMissing(deploymentGroup(name));
    const { applicationName = "", deploymentGroupName = "" } = group ?? {};
    return (
      applicationName !== "" &&
      (await account.lastDeployment(applicationName, deploymentGroupName)) !== undefined
    );
  });

  const pipeline = once(async (name: ServiceName): Promise<PipelineDeclaration> => {
    const group = await hint(deploymentGroup(name));
    const names = await account.pipelineNames();
    const alike = names.filter((each) => words[name].test(each));
    const read = (alike.length > 0 ? alike : names).slice(0, mostRead);
    const scored = read.map(async (each) => {
      const value = (await account.pipeline(each)).pipeline ?? ({} as PipelineDeclaration);
      const deploys = actionsOf(value).some(
        ({ configuration }) =>
          group !== undefined &&
          configuration?.DeploymentGroupName === group.deploymentGroupName &&
          configuration?.ApplicationName === group.applicationName,
      );
      const byName = each === `update-${name}-microservice`;
      return { value, name: each, score: points([deploys, 4], [byName, 3], [words[name].test(each), 1]) };
    });
    const chosen = choose(`the ${name} pipeline`, await Promise.all(scored));
    return chosen ?? missing(account, `no pipeline that deploys the ${name} service`);
  });

  return { deploymentGroup, pairOf, deployments, wasReleased, pipeline };
}
