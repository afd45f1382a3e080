import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { ContainerDefinition, Service, TaskDefinition } from "@aws-sdk/client-ecs";
import type {
  Action,
  Rule,
  TargetGroup,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { fits, sharesOf } from "./listener-rules.ts";

export const services = ["customer", "employee"] as const;
export type ServiceName = (typeof services)[number];
export const otherThan = (service: ServiceName) => (service === "customer" ? "employee" : "customer");
export const ports = { production: 80, test: 8080 } as const;
export type ListenerName = keyof typeof ports;
export const courseCluster = "microservices-serverlesscluster";

export function pathsOf({ Conditions = [] }: Rule): string[] {
  return Conditions.filter(({ Field }) => Field === "path-pattern").flatMap(
    ({ PathPatternConfig, Values }) => PathPatternConfig?.Values ?? Values ?? [],
  );
}

/** `rule 1 (/admin, /admin/*)`, for messages. */
export function ruleName(rule: Rule): string {
  if (rule.IsDefault || rule.Priority === "default") return "the default rule";
  const others = rule.Conditions?.flatMap(({ Field = "" }) => (Field === "path-pattern" ? [] : Field)) ?? [];
  return `rule ${rule.Priority} (${[...pathsOf(rule), ...others].join(", ")})`;
}

/** A pattern for the employees' pages; `/*` is for all. */
export const isAdminPath = (path: string) =>
  path.startsWith("/admin") || (fits(path, "/admin/suppliers") && !fits(path, "/suppliers"));

/** The target group that gets most of the traffic. */
export const forwardedTo = (actions?: readonly Action[]): string | undefined => sharesOf(actions)[0]?.arn;

/** Target groups and containers of a service and of its task sets. */
export function attachments({ loadBalancers = [], taskSets = [] }: Service) {
  return [...loadBalancers, ...taskSets.flatMap((set) => set.loadBalancers ?? [])];
}

export function primaryOf({ taskSets = [] }: Service) {
  return taskSets.find(({ status }) => status === "PRIMARY");
}

/** The service whose health path a group checks. */
export const checksFor = ({ HealthCheckPath = "" }: Pick<TargetGroup, "HealthCheckPath">): ServiceName =>
  HealthCheckPath.startsWith("/admin") ? "employee" : "customer";

/** The target group that a service's tasks register in. */
export const groupOfTasks = (service: Service): string | undefined =>
  (primaryOf(service)?.loadBalancers ?? service.loadBalancers)?.[0]?.targetGroupArn;

/**
 * Returns what a group's health check says: of a target that is unhealthy now, else of the task that ECS replaced last,
 * as such a target is gone soon. Undefined if a target is healthy.
 */
export function illnessIn(
  group: string,
  { events = [] }: Service,
  health: readonly TargetHealthDescription[],
): string | undefined {
  if (health.some(({ TargetHealth }) => TargetHealth?.State === "healthy")) return undefined;
  const ill = health.find(({ TargetHealth }) => TargetHealth?.State === "unhealthy");
  const last = events.find(
    ({ message = "" }) => message.includes("is unhealthy in") && message.includes(group),
  );
  const reason = /\(port (\d+)\).{0,300}\(reason ([^)]+)/.exec(last?.message ?? "");
  if (ill) return `${ill.TargetHealth?.Description} on port ${ill.Target?.Port}`;
  return reason ? `${reason[2]} on port ${reason[1]}` : undefined;
}

export function nameOfService({ serviceName, clusterArn }: Service): string {
  return `${clusterArn?.split("/").at(-1)}/${serviceName}`;
}

export function containerOf(
  { containerDefinitions = [] }: TaskDefinition,
  name: ServiceName,
): ContainerDefinition | undefined {
  return containerDefinitions.find((container) => container.name === name) ?? containerDefinitions[0];
}

/** `team/customer` of `123456789012.dkr.ecr.us-east-1.amazonaws.com/team/customer:latest`. */
export function repositoryIn(image: string): string {
  const [path = ""] = image.split("@");
  const [host = "", ...parts] = path.split("/");
  const name = parts.length > 0 && /[.:]/.test(host) ? parts.join("/") : path;
  return name.split(":")[0] ?? "";
}

export function actionsOf({ stages = [] }: PipelineDeclaration): ActionDeclaration[] {
  return stages.flatMap(({ actions = [] }) => actions);
}

/** The actions that deliver: the source of the definition files, that of the image, and the deploy action. */
export function deliveryActionsOf(pipeline: PipelineDeclaration) {
  const all = actionsOf(pipeline);
  const deploy = all.find(({ actionTypeId }) => actionTypeId?.provider === "CodeDeployToECS");
  const { TaskDefinitionTemplateArtifact: files, Image1ArtifactName: image } = deploy?.configuration ?? {};
  const from = (provider: string, artifact: string | undefined) => {
    const sources = all.filter(({ actionTypeId }) => actionTypeId?.provider === provider);
    return sources.find(({ outputArtifacts = [] }) => outputArtifacts[0]?.name === artifact) ?? sources[0];
  };
  return { deploy, files: from("CodeCommit", files), image: from("ECR", image) };
}
