import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { ContainerDefinition, Service, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";

export const services = ["customer", "employee"] as const;
export type ServiceName = (typeof services)[number];
export const ports = { production: 80, test: 8080 } as const;
export type ListenerName = keyof typeof ports;
export const courseCluster = "microservices-serverlesscluster";

export function pathsOf({ Conditions = [] }: Rule): string[] {
  return Conditions.filter(({ Field }) => Field === "path-pattern").flatMap(
    ({ PathPatternConfig, Values }) => PathPatternConfig?.Values ?? Values ?? [],
  );
}

export const isAdminPath = (path: string) => path.startsWith("/admin");

/** The target group that gets most of the traffic. */
export function forwardedTo(actions: readonly Action[] = []): string | undefined {
  const forward = actions.find(({ Type }) => Type === "forward");
  const [most] = (forward?.ForwardConfig?.TargetGroups ?? []).toSorted(
    (one, other) => (other.Weight ?? 1) - (one.Weight ?? 1),
  );
  return most?.TargetGroupArn ?? forward?.TargetGroupArn;
}

/** Target groups and containers of a service and of its task sets. */
export function attachments({ loadBalancers = [], taskSets = [] }: Service) {
  return [...loadBalancers, ...taskSets.flatMap((set) => set.loadBalancers ?? [])];
}

export function primaryOf({ taskSets = [] }: Service) {
  return taskSets.find(({ status }) => status === "PRIMARY");
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

/**
 * The lowest priority that no rule of a listener has; with `before`, one that is evaluated before that rule, or undefined
 * if all of those are used.
 */
export function freePriority(rules: readonly Rule[], before?: Rule): number | undefined {
  const used = new Set(rules.map(({ Priority }) => Priority));
  const most = before && before.Priority !== "default" ? Number(before.Priority) - 1 : used.size + 1;
  return Array.from({ length: most }, (_, index) => index + 1).find((each) => !used.has(`${each}`));
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
