import type { EvaluatedResource } from "../../../cloudformation/resources.ts";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { Reference, referencesIn } from "../../../cloudformation/values.ts";
import type { ProvisionContext } from "../context.ts";
import { choiceFor, type ExistingResources } from "../inputs.ts";
import { type NameInUse, namesInUse, resourcesOf } from "../plan/names-in-use.ts";
import type { StackSet } from "../set/choose-stacks.ts";

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
  /** Template name → names that `skipExisting` has looked up. */
  readonly known?: ReadonlyMap<string, readonly NameInUse[]>;
}

/** Finds what a stack would create although it exists; `added` as in `namesInUse`. */
export async function findExisting(
  context: ProvisionContext,
  planned: PlannedStack,
  { folder, existing, known }: ExistingOptions,
  added?: readonly string[],
): Promise<Existing> {
  const isNew = (logicalId: string) => added?.includes(logicalId) !== false;
  const found = known?.get(planned.template.name) ?? (await namesInUse(context, planned, folder, added));
  const names = found.filter(({ resource }) => isNew(resource.logicalId));
  if (choiceFor(existing, planned.template.name) !== "adopt") return { problems: names, adoptions: [] };
  const named = names.flatMap(({ resource: { logicalId, type }, owner, importId }) =>
    owner === undefined && importId ? [{ logicalId, type, id: importId }] : [],
  );
  const resources = await resourcesOf(context, planned, folder);
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

/** An existing resource that becomes the stack's. */
export interface Adoption {
  readonly logicalId: string;
  readonly type: string;
  /** Identifies the resource for CloudFormation's import: its name, ARN or ID. */
  readonly id: string;
}

const loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const listener = "AWS::ElasticLoadBalancingV2::Listener";
const listenerRule = "AWS::ElasticLoadBalancingV2::ListenerRule";

/** Finds the listeners of adopted load balancers by their ports, and their rules by the priorities: they have no names. */
async function findListeners(
  context: ProvisionContext,
  resources: readonly EvaluatedResource[],
  named: readonly Adoption[],
): Promise<Adoption[]> {
  const balancers = named.filter(({ type }) => type === loadBalancer);
  if (balancers.length === 0) return [];
  const { ElasticLoadBalancingV2Client, DescribeListenersCommand, DescribeRulesCommand } = await import(
    "@aws-sdk/client-elastic-load-balancing-v2"
  );
  const client = new ElasticLoadBalancingV2Client(context.clientConfig);
  const listeners: Adoption[] = [];
  for (const { logicalId, id } of balancers) {
    const command = new DescribeListenersCommand({ LoadBalancerArn: id });
    const { Listeners = [] } = await client.send(command);
    for (const { part, key } of partsOf(resources, listener, ["LoadBalancerArn", logicalId], "Port")) {
      const arn = Listeners.find(({ Port }) => String(Port) === key)?.ListenerArn;
      if (arn) listeners.push({ logicalId: part, type: listener, id: arn });
    }
  }
  const rules: Adoption[] = [];
  for (const { logicalId, id } of listeners) {
    const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn: id }));
    for (const { part, key } of partsOf(resources, listenerRule, ["ListenerArn", logicalId], "Priority")) {
      const arn = Rules.find(({ Priority }) => Priority === key)?.RuleArn;
      if (arn) rules.push({ logicalId: part, type: listenerRule, id: arn });
    }
  }
  return [...listeners, ...rules];
}

/** Returns the resources of a type that belong to another of the template, each with its key among them. */
function partsOf(
  resources: readonly EvaluatedResource[],
  type: string,
  [property, whole]: readonly [string, string],
  key: string,
): { part: string; key: string }[] {
  return resources.flatMap((resource) => {
    const owner = resource.properties[property];
    const belongs = resource.type === type && owner instanceof Reference && owner.logicalId === whole;
    return belongs ? [{ part: resource.logicalId, key: String(resource.properties[key]) }] : [];
  });
}

/**
 * Leaves out the templates whose resources exist outside any stack, where the input says `skip`, and those that import
 * from them.
 */
export async function skipExisting(context: ProvisionContext, existing: ExistingResources, set: StackSet) {
  /** Template name → why it is left out. */
  const skipped = new Map<string, string>();
  const known = new Map<string, readonly NameInUse[]>();
  for (const planned of set.stacks) {
    const { name } = planned.template;
    const needed = [...(set.dependencies.get(name) ?? [])].find((need) => skipped.has(need));
    if (needed) skipped.set(name, `it imports from ${needed}, which is skipped`);
    if (needed || choiceFor(existing, name) !== "skip") continue;
    const names = await namesInUse(context, planned, set.folder);
    known.set(name, names);
    const found = names.filter(({ owner }) => owner === undefined);
    const resources = found.map(({ resource: { logicalId, type } }) => `${logicalId} (${type})`);
    if (found.length > 0) skipped.set(name, `outside any stack exists already: ${resources.join(", ")}`);
  }
  const remains = (name: string) => !skipped.has(name);
  const dependencies = [...set.dependencies].filter(([name]) => remains(name));
  return {
    skipped,
    known,
    set: {
      ...set,
      stacks: set.stacks.filter(({ template }) => remains(template.name)),
      dependencies: new Map(dependencies),
    },
  };
}
