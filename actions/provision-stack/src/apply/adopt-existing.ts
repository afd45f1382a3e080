import { GetTemplateSummaryCommand, type ResourceToImport } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { rowOf } from "../../../cloudformation/types/table.ts";
import { Failure } from "../../../core/failure.ts";
import { isObject } from "../../../core/is-object.ts";
import type { ProvisionContext } from "../context.ts";
import { removeStack } from "../delete/remove-stack.ts";
import { type Adoption, type ExistingOptions, findExisting } from "../existing/find-existing.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { refuseNames, resourcesOf } from "../plan/names-in-use.ts";
import { createChangeSet } from "../stack/change-set.ts";
import { describeStack, readDeployed } from "../stack/stack.ts";
import { toFailure } from "./explain-failure.ts";
import { runChangeSet } from "./run-change-set.ts";

/**
 * Takes existing resources into the stack where the inputs say so, and returns them; refuses all others that the stack
 * would create although they exist. `added` are the logical IDs that an update adds; without it, the stack is new.
 */
export async function adoptExisting(
  context: ProvisionContext,
  planned: PlannedStack,
  options: ExistingOptions & Pick<ProvisionInputs, "onFailure">,
  added?: readonly string[],
): Promise<readonly Adoption[]> {
  const { problems, adoptions } = await findExisting(context, planned, options, added);
  refuseNames(planned, problems);
  if (adoptions.length === 0) return [];
  const { stackName } = planned;
  const stack = added && (await describeStack(context, stackName));
  const active = (await resourcesOf(context, planned, options.folder)).map(({ logicalId }) => logicalId);
  const imported = importTemplate(planned, adoptions, {
    active,
    deployed: stack && (await readDeployed(context, stack, planned)),
  });
  const resources = await resourcesToImport(context, imported, adoptions);
  const changeSet = await createChangeSet(context, imported, "IMPORT", resources);
  context.log.info(`${stackName}: adopts ${adoptions.map(sayAdoption).join(", ")}`);
  const followed = await runChangeSet(context, stackName, changeSet, options.onFailure);
  if (followed.status === "IMPORT_COMPLETE") {
    context.log.info(
      `${stackName}: the adopted resources were not changed; "Detect drift" in CloudFormation's console shows where they differ from the template.`,
    );
    return adoptions;
  }
  const failure = await toFailure(
    context,
    imported,
    followed,
    `the import was rolled back (${followed.status}), and no resource was changed`,
  );
  if (!stack) await removeStack(context, { stackName, stackId: changeSet.stackId });
  throw failure;
}

/** CloudFormation itself knows by which property it identifies a type. */
async function resourcesToImport(
  { cloudformation }: ProvisionContext,
  { template }: PlannedStack,
  adoptions: readonly Adoption[],
): Promise<ResourceToImport[]> {
  const command = new GetTemplateSummaryCommand({ TemplateBody: template.body });
  const { ResourceIdentifierSummaries = [] } = await cloudformation.send(command);
  return adoptions.map(({ logicalId, type, id }) => {
    const summary = ResourceIdentifierSummaries.find(({ ResourceType }) => ResourceType === type);
    const [property, ...others] = summary?.ResourceIdentifiers ?? [];
    if (property === undefined || others.length > 0)
      throw new Failure(
        `${logicalId} (${type}) cannot be adopted: CloudFormation does not import this type`,
        {
          nextStep: `leave the template out (existing-resources: "${template.name}: skip"), or delete the resource.`,
          place: { file: template.file, line: undefined },
        },
      );
    return { LogicalResourceId: logicalId, ResourceType: type, ResourceIdentifier: { [property]: id } };
  });
}

/** Returns a text such as `Images (AWS::ECR::Repository customer)`. */
export function sayAdoption({ logicalId, type, id }: Adoption): string {
  return `${logicalId} (${type} ${id})`;
}

/**
 * Returns the stack as an import may leave it: what it has already, and the adopted resources. An import may neither
 * create or change a resource nor add an output, and needs a DeletionPolicy on each resource.
 */
function importTemplate(
  planned: PlannedStack,
  adoptions: readonly Adoption[],
  left: { readonly active: readonly string[]; readonly deployed: PlannedStack | undefined },
): PlannedStack {
  const { template } = planned;
  const { Outputs: _, ...content } = template.content;
  const declared = sectionOf(content, "Resources");
  // A condition may refer to a resource that it leaves out.
  const inactive = Object.entries(declared).filter(([id]) => !left.active.includes(id));
  const before = left.deployed?.template.content ?? {};
  const kept = left.deployed ? Object.entries(sectionOf(before, "Resources")) : inactive;
  const known = new Set([...kept.map(([id]) => id), ...adoptions.map(({ logicalId }) => logicalId)]);
  const adopted = adoptions.map(({ logicalId }) => [logicalId, importable(declared[logicalId], known)]);
  const parameters = { ...sectionOf(content, "Parameters"), ...sectionOf(before, "Parameters") };
  const body = {
    ...content,
    Parameters: parameters,
    Resources: Object.fromEntries([...kept, ...adopted]),
    ...(before.Outputs !== undefined && { Outputs: before.Outputs }),
  };
  const values = new Map([...planned.parameters, ...(left.deployed?.parameters ?? [])]);
  return {
    ...planned,
    template: { ...template, content: body, body: JSON.stringify(body) },
    parameters: new Map([...values].filter(([name]) => name in parameters)),
  };
}

function sectionOf(
  content: { readonly [section: string]: unknown },
  name: string,
): { [id: string]: unknown } {
  const section = content[name];
  return isObject(section) ? section : {};
}

/** The policy added is the type's default, so that nothing differs from the template afterwards. */
function importable(resource: unknown, known: ReadonlySet<string>): unknown {
  if (!isObject(resource)) return resource;
  const { DependsOn = [], ...others } = resource;
  const needed = [DependsOn].flat().filter((id) => known.has(String(id)));
  const { deletionPolicy = "Delete" } = rowOf(String(resource.Type)) ?? {};
  return { DeletionPolicy: deletionPolicy, ...others, ...(needed.length > 0 && { DependsOn: needed }) };
}
