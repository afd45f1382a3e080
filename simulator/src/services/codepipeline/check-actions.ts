import type { ActionDeclaration, ActionTypeId, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { invalidAction } from "./state.ts";

const supported = [
  "name actionTypeId runOrder configuration inputArtifacts outputArtifacts roleArn region namespace",
] as const;

/** Checks each action on its own: its type, its configuration and its number of artifacts. */
export function checkAction(action: ActionDeclaration, region: string): void {
  refuseUnsupported("InvalidActionDeclarationException", `action ${action.name}`, action, supported);
  const provider = providerOf(action, region);
  if ((action.region ?? region) !== region)
    throw invalidAction(
      `Action ${action.name} runs in ${action.region}: the simulator is one region, ${region}, and has no actions in others.`,
    );
  checkConfiguration(action, provider);
  checkCount(action, "input", action.inputArtifacts?.length ?? 0, provider.inputs);
  checkCount(action, "output", action.outputArtifacts?.length ?? 0, provider.outputs);
}

function providerOf({ name, actionTypeId: id }: ActionDeclaration, region: string): Provider {
  const found = findProvider(id ?? {});
  if (found) return found;
  const known = providers.map(({ category, provider }) => `${category} ${provider}`).join(", ");
  throw invalidAction(
    `ActionType (Category: '${id?.category}', Provider: '${id?.provider}', Owner: '${id?.owner}', Version: '${id?.version}') in action '${name}' is not available in region ${region.toUpperCase().replaceAll("-", "_")}. The simulator has, of owner AWS and version 1: ${known}.`,
  );
}

function checkConfiguration({ name, configuration = {} }: ActionDeclaration, provider: Provider): void {
  for (const key of provider.required)
    if (configuration[key] === undefined)
      throw invalidAction(
        `Action configuration for action '${name}' is missing required configuration '${key}'`,
      );
  const known = [...provider.required, ...provider.optional];
  for (const [key, value] of Object.entries(configuration)) {
    if (!known.some((each) => (typeof each === "string" ? each === key : each.test(key))))
      throw invalidAction(
        `Action configuration for action '${name}' contains unknown configuration '${key}'. ${provider.provider} takes: ${known.map(readable).join(", ")}.`,
      );
    if (value.includes("#{"))
      throw invalidAction(`The simulator resolves no variables, such as ${value} in action '${name}'.`);
    const values = valuesOf[key];
    if (values && !values.includes(value))
      throw invalidAction(
        `Action configuration for action '${name}' has '${value}' as '${key}', which takes ${values.join(" or ")}.`,
      );
  }
}

const valuesOf: Readonly<Record<string, readonly string[]>> = {
  PollForSourceChanges: ["true", "false"],
  // AWS has CODEBUILD_CLONE_REF too, only for actions of CodeBuild, which the simulator lacks.
  OutputArtifactFormat: ["CODE_ZIP"],
};

function readable(name: string | RegExp): string {
  return typeof name === "string" ? name : name.source.replace(/^\^|\$$/g, "");
}

function checkCount(
  { name }: ActionDeclaration,
  kind: "input" | "output",
  count: number,
  [minimum, maximum]: readonly [number, number],
): void {
  const declares = `Action ${name} declares ${count} ${kind} artifacts which is`;
  if (count < minimum) throw invalidAction(`${declares} less than the minimum required count (${minimum})`);
  if (count > maximum) throw invalidAction(`${declares} greater than the maximum allowed count (${maximum})`);
}

/** Every artifact is created once, and used only by later actions. */
export function checkArtifacts({ stages = [] }: PipelineDeclaration): void {
  const made = new Set<string>();
  for (const { actions = [] } of stages) {
    const inOrder = [...new Set(actions.map(({ runOrder = 1 }) => runOrder))].sort(
      (left, right) => left - right,
    );
    for (const order of inOrder) {
      const together = actions.filter(({ runOrder = 1 }) => runOrder === order);
      for (const { name: action, inputArtifacts = [] } of together)
        for (const { name } of inputArtifacts)
          if (!made.has(name ?? ""))
            throw invalidAction(
              `Input Artifact Bundle ${name} in action ${action} is not declared as Output Artifact Bundle in any of the preceding actions`,
            );
      for (const { name = "" } of together.flatMap(({ outputArtifacts = [] }) => outputArtifacts)) {
        if (made.has(name))
          throw invalidAction(`Output Artifact Bundle Name must be unique within a pipeline: ${name} is not`);
        made.add(name);
      }
    }
  }
}

type Count = readonly [minimum: number, maximum: number];

/** An action type that the simulator has. */
interface Provider {
  readonly category: "Source" | "Approval" | "Deploy";
  readonly provider: string;
  readonly required: readonly string[];
  /** Names, or patterns of names, of optional configuration. */
  readonly optional: readonly (string | RegExp)[];
  readonly inputs: Count;
  readonly outputs: Count;
}

/** Source: CodePipeline User Guide, Action structure reference and Valid input and output artifacts. */
const providers: readonly Provider[] = [
  {
    category: "Source",
    provider: "CodeCommit",
    required: ["RepositoryName", "BranchName"],
    optional: ["PollForSourceChanges", "OutputArtifactFormat"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "ECR",
    required: ["RepositoryName"],
    optional: ["ImageTag"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "S3",
    required: ["S3Bucket", "S3ObjectKey"],
    optional: ["PollForSourceChanges"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Approval",
    provider: "Manual",
    required: [],
    // AWS also accepts a NotificationArn; the simulator has no SNS for notifications.
    optional: ["CustomData", "ExternalEntityLink"],
    inputs: [0, 0],
    outputs: [0, 0],
  },
  {
    category: "Deploy",
    provider: "CodeDeployToECS",
    required: [
      "ApplicationName",
      "DeploymentGroupName",
      "TaskDefinitionTemplateArtifact",
      "AppSpecTemplateArtifact",
    ],
    optional: [
      "TaskDefinitionTemplatePath",
      "AppSpecTemplatePath",
      /^Image[1-4]ArtifactName$/,
      /^Image[1-4]ContainerName$/,
    ],
    inputs: [1, 5],
    outputs: [0, 0],
  },
];

function findProvider({ category, owner, provider, version }: Partial<ActionTypeId>): Provider | undefined {
  if (owner !== "AWS" || version !== "1") return undefined;
  return providers.find((each) => each.category === category && each.provider === provider);
}
