import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { isObject } from "../../task-definition.ts";
import type { DrawnResources } from "../drawn-resources.ts";
import { titleOf } from "../drawn-types.ts";
import { type EdgeDraft, edgesAlong, type FindEdges, github, reversed } from "./edge.ts";

const pipeline = "AWS::CodePipeline::Pipeline";
const deploymentGroup = "AWS::CodeDeploy::DeploymentGroup";

/** Provider of an action of a pipeline → what it reads or does. */
const providers: { readonly [provider: string]: { types: string[]; label: string; isSource: boolean } } = {
  CodeCommit: { types: ["AWS::CodeCommit::Repository"], label: "source", isSource: true },
  ECR: { types: ["AWS::ECR::Repository"], label: "image", isSource: true },
  S3: { types: ["AWS::S3::Bucket"], label: "source", isSource: true },
  CodeDeploy: { types: [deploymentGroup], label: "deploys", isSource: false },
  CodeDeployToECS: { types: [deploymentGroup], label: "deploys", isSource: false },
  ECS: { types: ["AWS::ECS::Service"], label: "deploys", isSource: false },
};

/** Source → pipeline → what it deploys, and where it stores its artifacts. */
export const findPipelineEdges: FindEdges = (resources) => [
  ...resources
    .ofType(pipeline)
    .flatMap((from) =>
      resources.valuesAt(from, "Stages.Actions").flatMap((action) => actionEdges(from, action, resources)),
    ),
  ...edgesAlong(resources, pipeline, "ArtifactStore.Location", ["AWS::S3::Bucket"], () => "artifacts"),
];

function actionEdges(from: EvaluatedResource, action: unknown, resources: DrawnResources): EdgeDraft[] {
  if (!isObject(action) || !isObject(action.ActionTypeId)) return [];
  const provider = providers[String(action.ActionTypeId.Provider)];
  if (!provider) return [];
  const { types, label, isSource } = provider;
  const edges = targetsNamed(action.Configuration, types, resources).map((to) => ({ from, to, label }));
  return isSource ? reversed(edges) : edges;
}

/** Names in a configuration are references, or texts that are names of resources. */
function targetsNamed(
  value: unknown,
  types: readonly string[],
  resources: DrawnResources,
): EvaluatedResource[] {
  return resources.targetsOf(value, types, (target) => titleOf(target, resources));
}

/** Source of an event → rule → what the rule starts. */
export const findEventEdges: FindEdges = (resources) =>
  resources.ofType("AWS::Events::Rule").flatMap((rule) => {
    const pattern = rule.properties.EventPattern;
    const sources = targetsNamed(pattern, ["AWS::CodeCommit::Repository", "AWS::ECR::Repository"], resources);
    const label = (source: EvaluatedResource) =>
      source.type === "AWS::ECR::Repository" ? "image pushed" : "commit pushed";
    return [
      ...sources.map((from) => ({ from, to: rule, label: label(from) })),
      ...resources
        .targetsAt(rule, "Targets.Arn", [pipeline])
        .map((to) => ({ from: rule, to, label: "starts" })),
    ];
  });

export const findDeployments: FindEdges = (resources) => [
  ...edgesAlong(
    resources,
    deploymentGroup,
    "ECSServices.ServiceName",
    ["AWS::ECS::Service"],
    () => "blue/green",
  ),
  ...reversed(
    edgesAlong(
      resources,
      deploymentGroup,
      "AlarmConfiguration.Alarms.Name",
      ["AWS::CloudWatch::Alarm"],
      () => "stops",
    ),
  ),
];

/** GitHub Actions → identity provider → the role that its tokens are exchanged for. */
export const findFederation: FindEdges = (resources) => {
  const provider = "AWS::IAM::OIDCProvider";
  const trusted = edgesAlong(
    resources,
    "AWS::IAM::Role",
    "AssumeRolePolicyDocument.Statement.Principal.Federated",
    [provider],
    () => "assumed with its tokens",
  );
  const ofGitHub = resources
    .ofType(provider)
    .filter((found) => /token\.actions\.githubusercontent\.com/.test(resources.textAt(found, "Url") ?? ""));
  return [...ofGitHub.map((to) => ({ from: github, to, label: "signs in" })), ...reversed(trusted)];
};
