import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { isObject } from "../../../shared/task-definition.ts";
import type { Adoption } from "./listeners.ts";

/**
 * Returns the stack as an import may leave it: what it has already, and the adopted resources. An import may neither
 * create or change a resource nor add an output, and needs a DeletionPolicy on each resource.
 */
export function importTemplate(
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
  const policy = resource.Type === "AWS::RDS::DBInstance" ? "Snapshot" : "Delete";
  return { DeletionPolicy: policy, ...others, ...(needed.length > 0 && { DependsOn: needed }) };
}
