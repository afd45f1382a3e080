import { DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { type EvaluatedResource, evaluateResources } from "../../../cloudformation/resources.ts";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { rowOf } from "../../../cloudformation/types/table.ts";
import { Reference } from "../../../cloudformation/values.ts";
import { isAccessDenied, isThrottled, isTransient, messageOf } from "../../../core/aws-errors.ts";
import { Failure } from "../../../core/failure.ts";
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
 * of another stack. Reports each with its fix; warns of those that it could not check. `added` holds the logical IDs that
 * an update adds; without it, all resources are new.
 */
export async function namesInUse(
  context: ProvisionContext,
  planned: PlannedStack,
  folder: readonly PlannedStack[],
  added?: readonly string[],
): Promise<NameInUse[]> {
  const resources = await evaluateFolder(context, folder);
  const textOf = createReader(context, folder, resources);
  const unchecked: string[] = [];
  const found = await Promise.all(
    resources.map(async (resource) => {
      const { template, logicalId, type, properties } = resource;
      if (template !== planned.template.name || added?.includes(logicalId) === false) return [];
      const name = await textOf(properties[rowOf(type)?.name?.property ?? ""]);
      if (name === undefined) return [];
      const there = await findResource(context, resource, name, textOf).catch((error: Error) => {
        unchecked.push(`${logicalId} (${type} ${name}): ${messageOf(error)}`);
        return false;
      });
      if (!there) return [];
      const id = there === true ? name : there;
      const owner = await ownerOf(context.cloudformation, id);
      const importId = rowOf(type)?.name?.importable ? id : undefined;
      return [{ resource, owner, importId, ...describe(planned, resource, name, owner) }];
    }),
  );
  if (unchecked.length > 0)
    context.log.warning(
      `Stack ${planned.stackName}: could not check whether these exist already: ${unchecked.join("; ")}. Fix: allow these reads, else an existing one ends the creation of the stack.`,
    );
  return found.flat();
}

/** Returns the stack's resources; none where only CloudFormation can evaluate the templates. */
export async function resourcesOf(
  context: ProvisionContext,
  { template }: PlannedStack,
  folder: readonly PlannedStack[],
): Promise<EvaluatedResource[]> {
  return (await evaluateFolder(context, folder)).filter((resource) => resource.template === template.name);
}

async function evaluateFolder(
  context: ProvisionContext,
  folder: readonly PlannedStack[],
): Promise<EvaluatedResource[]> {
  const region = await context.cloudformation.config.region();
  try {
    return evaluateResources(folder, region);
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

type ReadText = (value: unknown) => Promise<string | undefined>;

/**
 * Returns a function for the text of a value. A reference becomes the name of its resource in the template, or the
 * name that CloudFormation gave it; undefined for a resource that does not exist yet.
 */
function createReader(
  { cloudformation }: ProvisionContext,
  folder: readonly PlannedStack[],
  resources: readonly EvaluatedResource[],
): ReadText {
  const textOf: ReadText = async (value) => {
    if (!(value instanceof Reference)) return typeof value === "string" && value !== "" ? value : undefined;
    const { template, logicalId: LogicalResourceId } = value;
    const target = resources.find(
      (each) => each.template === template && each.logicalId === LogicalResourceId,
    );
    const name = await textOf(target?.properties[rowOf(target.type)?.name?.property ?? ""]);
    if (name !== undefined) return name;
    const StackName = folder.find((each) => each.template.name === template)?.stackName;
    const command = new DescribeStackResourcesCommand({ StackName, LogicalResourceId });
    const found = await cloudformation.send(command).catch(() => undefined);
    return found?.StackResources?.[0]?.PhysicalResourceId;
  };
  return textOf;
}

/** Rejects if the answer stays unknown. Each service has its own error for a missing resource. */
async function findResource(
  context: ProvisionContext,
  { type, properties }: EvaluatedResource,
  name: string,
  textOf: ReadText,
): Promise<boolean | string> {
  const text = async (key: string) => {
    const found = await textOf(properties[key]);
    if (found === undefined && properties[key] !== undefined) throw new Error(`${key} does not exist yet`);
    return found;
  };
  const { find } = rowOf(type)?.name ?? {};
  try {
    const found = find ? await finders[find](context.clientConfig, name, text) : false;
    return typeof found === "string" ? found : found !== false;
  } catch (error) {
    context.signal.throwIfAborted();
    const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
    // A request without a body, such as HeadBucket, has no name for its error.
    const isDenied = isAccessDenied(error) || $metadata?.httpStatusCode === 403;
    if (isDenied || isThrottled(error) || isTransient(error)) throw error;
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
  const adopt = rowOf(type)?.name?.importable ? "take it into the stack (existing-resources: adopt), " : "";
  return {
    text: `${taken} a resource outside any stack`,
    fix: `${adopt}leave the template ${template.name} out (existing-resources: skip), delete that resource, or give this one another name`,
  };
}
