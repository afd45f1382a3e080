import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { type EvaluatedResource, evaluateResources } from "../../../shared/cloudformation/resources.ts";
import { Failure } from "../../../shared/failure.ts";
import { ownerOf } from "../apply/explain-failure.ts";
import type { ProvisionContext } from "../context.ts";
import { finders } from "./name-finders.ts";

export interface NameInUse {
  readonly resource: EvaluatedResource;
  /** The stack that has the resource of this name; undefined for one outside any stack. */
  readonly owner: string | undefined;
  /** Identifies the resource for CloudFormation's import; undefined where it cannot import the type. */
  readonly importId: string | undefined;
  readonly text: string;
  readonly fix: string;
}

/**
 * Creates nothing of a stack that cannot be completed: CloudFormation would find out after minutes, one name at a time.
 */
export function refuseNames(
  { stackName, template }: PlannedStack,
  problems: readonly Pick<NameInUse, "text" | "fix">[],
): void {
  if (problems.length === 0) return;
  const fixes = [...new Set(problems.map(({ fix }) => fix))];
  throw new Failure(`Stack ${stackName}: ${problems.map(({ text }) => text).join("; ")}`, {
    nextStep: `${fixes.join("; ")}. Nothing was changed.`,
    place: { file: template.file, line: undefined },
  });
}

/**
 * Finds names of a stack's new resources that others already have: created manually, kept when a stack was deleted, or
 * of another stack. Reports each with its fix; names that the role may not read stay unknown. `added` holds the logical
 * IDs that an update adds; without it, all resources are new.
 */
export async function namesInUse(
  context: ProvisionContext,
  planned: PlannedStack,
  folder: readonly PlannedStack[],
  added?: readonly string[],
): Promise<NameInUse[]> {
  const found = await Promise.all(
    (await resourcesOf(context, planned, folder)).map(async (resource) => {
      if (added?.includes(resource.logicalId) === false) return [];
      const name = nameOf(resource);
      const there = name !== undefined && (await findResource(context, resource, name));
      if (!there) return [];
      const id = there === true ? name : there;
      const owner = await ownerOf(context.cloudformation, id);
      const importId = finders[resource.type]?.importable ? id : undefined;
      return [{ resource, owner, importId, ...describe(planned, resource, name, owner) }];
    }),
  );
  return found.flat();
}

/** Returns the stack's resources; none where only CloudFormation can evaluate the templates. */
export async function resourcesOf(
  context: ProvisionContext,
  { template }: PlannedStack,
  folder: readonly PlannedStack[],
): Promise<EvaluatedResource[]> {
  const region = await context.cloudformation.config.region();
  try {
    return evaluateResources(folder, region).filter((resource) => resource.template === template.name);
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

/** Returns undefined where the template has none, or one that only CloudFormation can evaluate. */
function nameOf({ type, properties }: EvaluatedResource): string | undefined {
  const name = properties[finders[type]?.property ?? ""];
  return typeof name === "string" && name !== "" ? name : undefined;
}

async function findResource(
  context: ProvisionContext,
  { type, properties }: EvaluatedResource,
  name: string,
): Promise<boolean | string> {
  try {
    const text = (key: string) => (typeof properties[key] === "string" ? String(properties[key]) : undefined);
    const found = (await finders[type]?.exists(context.clientConfig, name, text)) ?? false;
    return typeof found === "string" ? found : found !== false;
  } catch {
    // Missing, or not readable: each service has its own error for both.
    context.signal.throwIfAborted();
    return false;
  }
}

function describe(
  { stackName, template }: PlannedStack,
  { logicalId, type }: EvaluatedResource,
  name: string,
  owner: string | undefined,
): Pick<NameInUse, "text" | "fix"> {
  const taken = `${logicalId} (${type}) cannot be created: the name ${name} is already used by`;
  if (owner === stackName)
    return {
      text: `${taken} another resource of this stack`,
      fix: "keep the logical ID of that resource, or give this one another name",
    };
  if (owner)
    return {
      text: `${taken} stack ${owner}`,
      fix: `delete stack ${owner}, or use its stack-prefix, or give this one another name`,
    };
  const adopt = finders[type]?.importable ? "take it into the stack (existing-resources: adopt), " : "";
  return {
    text: `${taken} a resource outside any stack`,
    fix: `${adopt}leave the template ${template.name} out (existing-resources: skip), delete that resource, or give this one another name`,
  };
}
