import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import type { EvaluatedResource } from "../../../shared/cloudformation/resources.ts";
import { referencesIn } from "../../../shared/cloudformation/values.ts";
import type { ProvisionContext } from "../context.ts";
import { type NameInUse, namesInUse, resourcesOf } from "../plan/names-in-use.ts";
import { choiceFor, type ExistingResources } from "./choice.ts";
import { type Adoption, findListeners } from "./listeners.ts";

export type Problem = Pick<NameInUse, "text" | "fix">;

export interface Existing {
  /** Reasons why the stack can be neither created nor adopted. */
  readonly problems: readonly Problem[];
  /** Empty unless input existing-resources says `adopt`. */
  readonly adoptions: readonly Adoption[];
}

export interface ExistingOptions {
  readonly folder: readonly PlannedStack[];
  readonly existing: ExistingResources;
}

/** Finds what a stack would create although it exists; `added` as in `namesInUse`. */
export async function findExisting(
  context: ProvisionContext,
  planned: PlannedStack,
  { folder, existing }: ExistingOptions,
  added?: readonly string[],
): Promise<Existing> {
  const names = await namesInUse(context, planned, folder, added);
  if (choiceFor(existing, planned.template.name) !== "adopt") return { problems: names, adoptions: [] };
  const named = names.flatMap(({ resource: { logicalId, type }, owner, importId }) =>
    owner === undefined && importId ? [{ logicalId, type, id: importId }] : [],
  );
  const resources = await resourcesOf(context, planned, folder);
  const isNew = (logicalId: string) => added?.includes(logicalId) !== false;
  const adoptions = [...named, ...(await findListeners(context, resources, named))].filter(({ logicalId }) =>
    isNew(logicalId),
  );
  return {
    adoptions,
    problems: [
      ...names.flatMap((name) => whyNotAdopted(name, planned)),
      ...resources.flatMap((resource) => missingParts(resource, adoptions, isNew)),
    ],
  };
}

function whyNotAdopted(name: NameInUse, { template }: PlannedStack): Problem[] {
  const { resource, owner, importId } = name;
  if (owner !== undefined) return [name];
  if (importId) return [];
  return [
    {
      text: `${resource.logicalId} (${resource.type}) exists outside any stack and cannot be adopted: this type has no import by its name`,
      fix: `leave the template out (existing-resources: "${template.name}: skip"), delete that resource, or give this one another name`,
    },
  ];
}

/** An import creates nothing, so everything that an adopted resource refers to has to exist as well. */
function missingParts(
  { template, logicalId, type, properties }: EvaluatedResource,
  adoptions: readonly Adoption[],
  isNew: (logicalId: string) => boolean,
): Problem[] {
  const isAdopted = (id: string) => adoptions.some((each) => each.logicalId === id);
  if (!isAdopted(logicalId)) return [];
  const needed = referencesIn(properties).filter((reference) => reference.template === template);
  const missing = new Set(
    needed.map(({ logicalId }) => logicalId).filter((id) => isNew(id) && !isAdopted(id)),
  );
  return [...missing].map((id) => ({
    text: `${logicalId} (${type}) cannot be adopted: it refers to ${id}, which does not exist under the template's name`,
    fix: `create ${id} with the name in the template, delete the resource of ${logicalId}, or leave the template out (existing-resources: "${template}: skip")`,
  }));
}
