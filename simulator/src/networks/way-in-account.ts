import type { Tag } from "@aws-sdk/client-cloudformation";
import type { Account } from "./set-ups.ts";
import account from "./way-in-account.json" with { type: "json" };

/** Properties that replace those of the account's resources, by logical name; null is a resource that is absent. */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

interface Resource {
  Properties: object;
  readonly DependsOn?: string[];
}

export interface WayInSetUp {
  readonly that: string;
  readonly account?: Changes;
  /** Once the task runs. */
  readonly changes?: Changes;
  /** Once its health is known. */
  readonly later?: Changes;
  readonly expected: {
    health?: string;
    status?: number;
    client?: string;
    warning?: string;
    database?: string;
  };
  /** Why `npm run conformance` does not play it against AWS. */
  readonly notPlayed?: string;
}

/** Returns the account's template with changes. */
function templateWith(...all: readonly Changes[]): string {
  const Resources: Record<string, Resource> = structuredClone(account.Resources);
  for (const [name, properties] of all.flatMap(Object.entries<Changes[string]>)) {
    const resource = Resources[name];
    if (properties === null) delete Resources[name];
    else if (resource) resource.Properties = { ...resource.Properties, ...properties };
  }
  for (const { DependsOn } of Object.values(Resources))
    for (const [index, name] of DependsOn?.entries() ?? []) if (!Resources[name]) DependsOn?.splice(index, 1);
  return JSON.stringify({ ...account, Resources });
}

export class StackFailure extends Error {}

interface WayInOptions {
  /** Image of the task. */
  readonly image: string;
  readonly executionRole?: string;
  readonly StackName?: string;
  readonly Tags?: Tag[];
}

type WayInAccount = Account<"cloudformation" | "ecs" | "elbv2">;

/** Creates the account in which every way is open, with changes; its stack's operations need not succeed. */
export async function createWayIn(
  { aws, clock }: WayInAccount,
  { image, executionRole, StackName = "way-in", Tags }: WayInOptions,
  ...changes: readonly Changes[]
) {
  const Parameters = [
    { ParameterKey: "Image", ParameterValue: image },
    ...(executionRole ? [{ ParameterKey: "ExecutionRole", ParameterValue: executionRole }] : []),
  ];
  const inputWith = (...more: readonly Changes[]) => ({
    ...{ StackName, Parameters, Tags },
    TemplateBody: templateWith(...changes, ...more),
  });
  await aws.cloudformation.createStack(inputWith());
  const idOf = async (LogicalResourceId: string) => {
    const found = await aws.cloudformation.describeStackResources({ StackName, LogicalResourceId });
    return found.StackResources?.[0]?.PhysicalResourceId ?? "";
  };
  const untilStatus = async (wanted: string) => {
    let status = "";
    await clock.until(async () => {
      const { Stacks } = await aws.cloudformation.describeStacks({ StackName });
      status = Stacks?.[0]?.StackStatus ?? "";
      return !status.endsWith("IN_PROGRESS");
    });
    if (status !== wanted) throw new StackFailure(`the stack ${StackName} is ${status}, not ${wanted}`);
  };
  return {
    idOf,
    untilCreated: () => untilStatus("CREATE_COMPLETE"),
    async update(...more: readonly Changes[]) {
      await aws.cloudformation.updateStack(inputWith(...more));
      await untilStatus("UPDATE_COMPLETE");
    },
    /** Registers the task as a target; returns a function that reads its health. */
    async registerTask() {
      const cluster = await idOf("cluster");
      const { taskArns = [] } = await aws.ecs.listTasks({ cluster });
      const { tasks } = await aws.ecs.describeTasks({ cluster, tasks: taskArns });
      const Id = tasks?.[0]?.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address;
      const target = { TargetGroupArn: await idOf("targetGroup"), Targets: [{ Id }] };
      await aws.elbv2.registerTargets(target);
      return async () => {
        const { TargetHealthDescriptions } = await aws.elbv2.describeTargetHealth(target);
        const { State = "", Reason, Description } = TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
        return Reason ? `${State} ${Reason}: ${Description}` : State;
      };
    },
    async remove() {
      await aws.cloudformation.deleteStack({ StackName });
      const deletions = { StackStatusFilter: ["DELETE_IN_PROGRESS" as const] };
      await clock.until(
        async () => (await aws.cloudformation.listStacks(deletions)).StackSummaries?.length === 0,
      );
    },
  };
}

/** Creates the account of a set-up, and calls `observe` with the health of its task once the health is known. */
export async function playWayIn<Observed>(
  account: WayInAccount,
  options: WayInOptions,
  { account: first = {}, changes, later }: WayInSetUp,
  observe: (health: string, idOf: (name: string) => Promise<string>) => Promise<Observed>,
): Promise<Observed> {
  const created = await createWayIn(account, options, first);
  try {
    await created.untilCreated();
    if (changes) await created.update(changes);
    const health = await created.registerTask();
    const other = (known: string) =>
      account.clock.until(async () => (await health()).split(" ")[0] !== known);
    await other("initial");
    const known = await health();
    if (later) await created.update(later);
    if (later && "web" in later) await other(known.split(" ")[0] ?? "");
    return await observe(await health(), created.idOf);
  } finally {
    await created.remove();
  }
}
