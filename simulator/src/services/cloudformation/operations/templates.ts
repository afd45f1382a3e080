import type { CloudFormationState } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { readTemplate, type Template } from "../template/template.ts";
import type { Value } from "../template/value.ts";
import { findChangeSet, findStack, type Input } from "./find.ts";
import { neededCapabilities, readTemplateText, refuseMembers } from "./read-definition.ts";

export function getTemplate(state: CloudFormationState, input: Input<"getTemplate">) {
  const definition = input.ChangeSetName
    ? findChangeSet(state, input.StackName, input.ChangeSetName).changeSet.definition
    : findStack(state, input.StackName).definition;
  return {
    // A stack with only a change set has an empty template.
    TemplateBody: definition?.template.body ?? "",
    StagesAvailable: ["Original" as const, "Processed" as const],
  };
}

/** By type, the property that an import has to give. */
function identifierSummaries({ types }: CloudFormationState, { resources }: Template) {
  const byType = Map.groupBy(Object.entries(resources), ([, { type }]) => type);
  return [...byType].flatMap(([ResourceType, declared]) => {
    const identifier = types[ResourceType]?.importedBy;
    const LogicalResourceIds = declared.map(([id]) => id);
    return identifier ? [{ ResourceType, LogicalResourceIds, ResourceIdentifiers: [identifier] }] : [];
  });
}

export async function getTemplateSummary(state: CloudFormationState, input: Input<"getTemplateSummary">) {
  refuseMembers(input, ["StackSetName", "TemplateSummaryConfig"]);
  const text = await readTemplateText(state, input);
  const template =
    text === undefined
      ? findStack(state, input.StackName).definition?.template
      : readTemplate(text, state.types);
  if (!template) throw validationError(`Stack ${input.StackName} has no template yet`);
  return {
    Description: template.description,
    Version: "2010-09-09",
    Parameters: Object.entries(template.parameters).map(([ParameterKey, declared]) => ({
      ParameterKey,
      ParameterType: optionalText(declared.Type),
      DefaultValue: optionalText(declared.Default),
      NoEcho: String(declared.NoEcho) === "true",
      Description: optionalText(declared.Description),
      ParameterConstraints: {
        AllowedValues: Array.isArray(declared.AllowedValues) ? declared.AllowedValues.map(String) : undefined,
      },
    })),
    ResourceTypes: [...new Set(Object.values(template.resources).map(({ type }) => type))],
    ResourceIdentifierSummaries: identifierSummaries(state, template),
    ...capabilities(state, template),
  };
}

function capabilities(state: CloudFormationState, template: Template) {
  const Capabilities = neededCapabilities(state, template);
  const identities = Object.values(template.resources).filter(({ type }) => state.types[type]?.identity);
  const names = [...new Set(identities.map(({ type }) => type))].join(", ");
  return {
    Capabilities,
    CapabilitiesReason: names ? `The following resource(s) require capabilities: [${names}]` : undefined,
  };
}

function optionalText(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
