import { expect } from "vitest";
import type { TestSimulator } from "../test-simulator.support.ts";
import account from "./way-in-account.json" with { type: "json" };

/** Properties that replace those of the account's resources, by logical name; null is a resource that is absent. */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

interface Resource {
  Properties: object;
  readonly DependsOn?: string[];
}

const StackName = "way-in";

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

/** Creates the account in which every way is open, with changes; its stack's operations need not succeed. */
export async function createWayIn(
  { aws, clock }: TestSimulator,
  image: string,
  ...changes: readonly Changes[]
) {
  const Parameters = [{ ParameterKey: "Image", ParameterValue: image }];
  const inputWith = (...more: readonly Changes[]) => ({
    ...{ StackName, Parameters },
    TemplateBody: templateWith(...changes, ...more),
  });
  await aws.cloudformation.createStack(inputWith());
  const idOf = async (LogicalResourceId: string) => {
    const found = await aws.cloudformation.describeStackResources({ StackName, LogicalResourceId });
    return found.StackResources?.[0]?.PhysicalResourceId ?? "";
  };
  const untilStatus = (status: string) =>
    clock.eventually(async () => {
      const { Stacks } = await aws.cloudformation.describeStacks({ StackName });
      expect(Stacks).toMatchObject([{ StackStatus: status }]);
    });
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
