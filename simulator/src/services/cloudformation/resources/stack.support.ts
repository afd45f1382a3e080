import { readFileSync } from "node:fs";
import { afterEach, beforeEach } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../test-simulator.support.ts";
import type { Aws } from "../../api.ts";
import { parseTemplate } from "../template/template.ts";

interface Resource {
  readonly Type: string;
  readonly Properties?: object;
  readonly DependsOn?: string;
  readonly DeletionPolicy?: string;
}
type Resources = Record<string, Resource>;

/** Reads a file of resources, by the part of a stack. */
export function readParts(file: URL): (part: string, changes?: Record<string, object>) => Resources {
  const parts = parseTemplate(readFileSync(file, "utf8")) as unknown as Record<string, Resources>;
  /** @param changes properties of resources, by id */
  return (part, changes = {}) => {
    const resources = Object.entries({ ...parts[part] }).map(([id, resource]) => {
      const Properties = { ...resource.Properties, ...changes[id] };
      return [id, { ...resource, Properties }];
    });
    return Object.fromEntries(resources);
  };
}

/** Starts something before each test of a file, and closes it afterwards. Returns what the current test uses. */
export function forEachTest<Started extends { close(): Promise<void> }>(
  start: () => Promise<Started>,
): Started {
  let current: Started;
  beforeEach(async () => {
    current = await start();
  });
  afterEach(() => current.close());
  return new Proxy({} as Started, { get: (_, name) => current[name as keyof Started] });
}

/** Resolves with a stack when no operation on it is in progress any more. */
export async function settledStack({ aws, clock }: TestSimulator, StackName: string) {
  for (;;) {
    const { Stacks: [stack] = [] } = await aws.cloudformation.describeStacks({ StackName });
    if (!stack?.StackStatus?.endsWith("_IN_PROGRESS")) return stack;
    await clock.foreground.wait(1000);
  }
}

type StackCalls = Pick<
  Aws["cloudformation"],
  | "createStack"
  | "updateStack"
  | "deleteStack"
  | "describeStacks"
  | "describeStackEvents"
  | "describeStackResources"
>;

/**
 * Starts a simulator in which one stack is created, changed and removed, for the resource types under test.
 * @param callerOf gives the client that does it; by default one without a caller, which may do everything
 */
export async function startStackTest(
  starting: Promise<TestSimulator> = startTestSimulator(),
  callerOf: (simulator: TestSimulator) => StackCalls = ({ aws }) => aws.cloudformation,
) {
  const simulator = await starting;
  const cloudformation = callerOf(simulator);
  const StackName = "resources";
  const input = (template: object) => ({
    StackName,
    TemplateBody: JSON.stringify(template),
    Capabilities: ["CAPABILITY_NAMED_IAM" as const],
  });
  /** Reason of the first resource that failed, else the stack's status. */
  const outcome = async () => {
    const status = (await settledStack(simulator, StackName))?.StackStatus ?? "";
    const { StackEvents = [] } = await cloudformation.describeStackEvents({ StackName });
    const failed = StackEvents.findLast(({ ResourceStatus = "" }) => ResourceStatus.endsWith("_FAILED"));
    return failed ? `${failed.LogicalResourceId}: ${failed.ResourceStatusReason}` : status;
  };
  return {
    simulator,
    aws: simulator.aws,
    async create(Resources: Resources, Outputs: object = {}) {
      await cloudformation.createStack({ ...input({ Resources, Outputs }), OnFailure: "DO_NOTHING" });
      return await outcome();
    },
    async update(Resources: Resources, Outputs: object = {}) {
      await cloudformation.updateStack(input({ Resources, Outputs }));
      return await outcome();
    },
    /** Resolves with "gone" once the stack does not exist any more. */
    async remove(): Promise<string> {
      await cloudformation.deleteStack({ StackName });
      const gone = (error: Error) => {
        if (error.message.includes("does not exist")) return "gone";
        throw error;
      };
      return await outcome().catch(gone);
    },
    async physicalId(LogicalResourceId: string): Promise<string> {
      const { StackResources } = await cloudformation.describeStackResources({
        StackName,
        LogicalResourceId,
      });
      return StackResources?.[0]?.PhysicalResourceId ?? "";
    },
    async outputs(): Promise<Record<string, string | undefined>> {
      const { Stacks: [stack] = [] } = await cloudformation.describeStacks({ StackName });
      return Object.fromEntries(
        (stack?.Outputs ?? []).map((each) => [each.OutputKey ?? "", each.OutputValue]),
      );
    },
    close: () => simulator.close(),
  };
}
