import type {
  GetTemplateCommandInput,
  GetTemplateSummaryCommandInput,
  ValidateTemplateCommandInput,
} from "@aws-sdk/client-cloudformation";
import { define } from "../stack/definition.ts";
import type { World } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { readTemplate, type Template } from "../template/template.ts";
import type { Mapping, Value } from "../template/value.ts";
import { findChangeSet } from "./find-change-set.ts";
import { findStack } from "./find-stack.ts";
import { neededCapabilities } from "./read-definition.ts";
import { refuseMembers } from "./refuse-members.ts";
import { readTemplateText } from "./template-text.ts";

export function getTemplate(world: World, input: GetTemplateCommandInput) {
  const definition = input.ChangeSetName
    ? findChangeSet(world, input.StackName, input.ChangeSetName).changeSet.definition
    : findStack(world, input.StackName).definition;
  return {
    // A stack with only a change set has an empty template.
    TemplateBody: definition?.template.body ?? "",
    StagesAvailable: ["Original" as const, "Processed" as const],
  };
}

export async function validateTemplate(world: World, input: ValidateTemplateCommandInput) {
  const text = await readTemplateText(world, input);
  if (text === undefined) throw validationError("Either Template URL or Template Body must be specified.");
  const template = readTemplate(text, {});
  defineWithAnyValues(world, template);
  return {
    Description: template.description,
    Parameters: Object.entries(template.parameters).map(([ParameterKey, declared]) => ({
      ParameterKey,
      DefaultValue: optionalText(declared.Default),
      NoEcho: String(declared.NoEcho) === "true",
      Description: optionalText(declared.Description),
    })),
    DeclaredTransforms: template.transforms.map(String),
    ...capabilities(world, template),
  };
}

export async function getTemplateSummary(world: World, input: GetTemplateSummaryCommandInput) {
  refuseMembers(input, ["StackSetName", "TemplateSummaryConfig"]);
  const text = await readTemplateText(world, input);
  const template =
    text === undefined
      ? findStack(world, input.StackName).definition?.template
      : readTemplate(text, world.types);
  if (!template) throw validationError(`Stack ${input.StackName} has no template yet`);
  return {
    Description: template.description,
    Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
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
    ...capabilities(world, template),
  };
}

function capabilities(world: World, template: Template) {
  const Capabilities = neededCapabilities(world, template);
  const identities = Object.values(template.resources).filter(({ type }) => world.types[type]?.identity);
  const names = [...new Set(identities.map(({ type }) => type))].join(", ");
  return {
    Capabilities,
    CapabilitiesReason: names ? `The following resource(s) require capabilities: [${names}]` : undefined,
  };
}

/**
 * Finds names that do not resolve, without checks of resource types; the parameters' values are not known yet, so any
 * allowed ones are used.
 */
function defineWithAnyValues(world: World, template: Template): void {
  const parameters = Object.fromEntries(
    Object.entries(template.parameters).map(([name, declared]) => [name, someValue(declared)]),
  );
  define(world.environment, {}, { id: "", name: "" }, { template, parameters, tags: [], zones: [] });
}

function someValue({ Default, AllowedValues }: Mapping): string {
  const value: Value | undefined = Default ?? (Array.isArray(AllowedValues) ? AllowedValues[0] : undefined);
  return optionalText(value) ?? "";
}

function optionalText(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
