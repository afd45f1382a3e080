import type { PlannedStack } from "@ecs-delivery/actions/cloudformation/template";
import { Failure } from "@ecs-delivery/actions/core/failure";
import { isObject } from "@ecs-delivery/actions/core/is-object";
import { billOf, estimateCosts, servicesOf } from "@ecs-delivery/actions/cost/estimate";
import { readPriceList } from "@ecs-delivery/actions/cost/price-list";
import { type TaskSize, taskSizeOf } from "@ecs-delivery/actions/cost/task-sizes";
import { readUsage } from "@ecs-delivery/actions/cost/usage";
import type { PageClients } from "../clients.ts";
import type { CostPart } from "../parts.ts";
import type { Reader } from "./reader.ts";
import type { Revisions, ServiceFacts } from "./services.ts";
import { readTemplate, type StackFacts } from "./stacks.ts";

interface Tools {
  readonly cloudformation: PageClients["cloudformation"];
  readonly reader: Reader;
  readonly revisions: Revisions;
}

/** Returns a function that prices the stacks as deployed. It does so again only when they change. */
export function createCostReader({ cloudformation, reader, revisions }: Tools) {
  let last: { key: string; part: CostPart } | undefined;
  return async (
    stacks: readonly StackFacts[],
    services: readonly ServiceFacts[],
  ): Promise<CostPart | undefined> => {
    const found = await Promise.all(
      stacks.map(async (facts) => {
        const planned = await readTemplate(cloudformation, reader, facts);
        return planned ? [{ planned, part: facts.part, counts: countsOf(facts, services) }] : [];
      }),
    );
    const readable = found.flat();
    if (readable.length === 0) return undefined;
    const sizes = await sizesOf(services, revisions);
    const key = JSON.stringify([
      readable.map(({ part, counts }) => [part.name, part.createdAt, part.changedAt, part.status, counts]),
      [...sizes],
    ]);
    if (last?.key !== key) {
      const planned = readable.map((each) => withTaskCounts(each.planned, each.counts));
      const created = new Map(readable.map(({ part }) => [part.name, part.createdAt]));
      last = { key, part: priceAccount(planned, sizes, created) };
    }
    return last.part;
  };
}

type Counts = { readonly [logicalId: string]: number };

/** Services run as many tasks as they are scaled to, not as many as their templates created. */
function countsOf({ physicalIds }: StackFacts, services: readonly ServiceFacts[]): Counts {
  const counts = [...physicalIds].flatMap(([id, arn]) => {
    const found = services.find(({ service }) => service?.serviceArn === arn)?.service;
    return found ? [[id, found.desiredCount ?? 0] as const] : [];
  });
  return Object.fromEntries(counts);
}

function withTaskCounts(planned: PlannedStack, counts: Counts): PlannedStack {
  return withResources(planned, (id, resource) => {
    const DesiredCount = counts[id];
    return DesiredCount !== undefined && isObject(resource.Properties)
      ? { ...resource, Properties: { ...resource.Properties, DesiredCount } }
      : resource;
  });
}

type Resource = { readonly [key: string]: unknown };

/** Changes the resources of a template, or leaves them out. */
function withResources(
  planned: PlannedStack,
  change: (id: string, resource: Resource) => Resource | undefined,
): PlannedStack {
  const { template } = planned;
  const entries = Object.entries(template.content.Resources as Resource).flatMap(([id, resource]) => {
    const changed = isObject(resource) ? change(id, resource) : undefined;
    return changed ? [[id, changed]] : [];
  });
  const content = { ...template.content, Resources: Object.fromEntries(entries) };
  return { ...planned, template: { ...template, content } };
}

async function sizesOf(
  services: readonly ServiceFacts[],
  revisions: Revisions,
): Promise<Map<string, TaskSize>> {
  const sizes = await Promise.all(
    services.map(async ({ service }) => {
      const primary = service?.taskSets?.find(({ status }) => status === "PRIMARY");
      const arn = primary?.taskDefinition ?? service?.taskDefinition;
      const definition = arn ? await revisions.definitionOf(arn) : undefined;
      // Only Fargate's tasks need to have a size.
      if (!definition?.family || !definition.cpu || !definition.memory) return [];
      return [[definition.family, taskSizeOf({ ...definition }, arn ?? "")] as const];
    }),
  );
  return new Map(sizes.flat());
}

/** Leaves out resources of other types, and lists those types. */
function only(stacks: readonly PlannedStack[], isKnown: (type: string) => boolean) {
  const leftOut = new Set<string>();
  const known = stacks.map((planned) =>
    withResources(planned, (_, resource) => {
      const type = String(resource.Type);
      if (!isKnown(type)) leftOut.add(type);
      return isKnown(type) ? resource : undefined;
    }),
  );
  return { known, leftOut: [...leftOut].sort() };
}

function priceAccount(
  stacks: readonly PlannedStack[],
  taskSizes: ReadonlyMap<string, TaskSize>,
  created: ReadonlyMap<string, number>,
): CostPart {
  try {
    const { known, leftOut } = only(stacks, (type) => billOf(type) !== undefined);
    const priceList = readPriceList();
    const { lines, monthly } = estimateCosts({
      stacks: known,
      priceList,
      usage: readUsage(undefined),
      taskSizes,
    });
    const byStack = Map.groupBy(lines, ({ template }) => template);
    const costs = [...byStack].map(([name, ofStack]) => ({
      name,
      monthly: ofStack.reduce((sum, line) => sum + line.monthly, 0),
      createdAt: created.get(name) ?? 0,
    }));
    return {
      monthly,
      stacks: costs.filter(isCounted).sort((one, other) => other.monthly - one.monthly),
      services: [...servicesOf(lines)].map(([name, monthly]) => ({ name, monthly })).filter(isCounted),
      leftOut,
      prices: { region: priceList.region, date: priceList.date },
    };
  } catch (error) {
    // A sentence for the page, if the library cannot price the stacks.
    if (error instanceof Failure) return { problem: error.message };
    throw error;
  }
}

/** Less than half a cent is shown nowhere. */
const isCounted = ({ monthly }: { monthly: number }) => monthly >= 0.005;
