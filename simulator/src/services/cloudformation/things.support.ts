import type { CloudFormation } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../kit/errors.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { Api, Operations } from "../api.ts";
import type { Properties, ResourceContext, ResourceType, ResourceTypes } from "./resources/resource-type.ts";
import { shapeOf } from "./resources/type-table.ts";
import { createCloudFormation } from "./service.ts";

/** CloudFormation with resources that exist only in `calls` and `alive`, so that a test sees the engine's steps. */
export async function createTestCloudFormation() {
  const calls: string[] = [];
  const alive = new Set<string>();
  const environment = await createTestEnvironment({
    aws: {
      ec2: {
        describeAvailabilityZones: async () => ({
          AvailabilityZones: [{ ZoneName: "us-east-1a" }, { ZoneName: "us-east-1b" }],
        }),
      },
    },
  });
  const service = createCloudFormation(environment, thingTypes(calls, alive));
  const api = asApi(service.operations);
  const describe = async (StackName: string) => (await api.describeStacks({ StackName })).Stacks?.[0];
  const settled = async (StackName: string) => {
    for (;;) {
      const stack = await describe(StackName);
      if (!stack?.StackStatus?.endsWith("_IN_PROGRESS")) return stack;
      await environment.clock.foreground.wait(1000);
    }
  };
  /** `Name STATUS reason`, oldest first. */
  const events = async (StackName: string) => {
    const { StackEvents = [] } = await api.describeStackEvents({ StackName });
    return StackEvents.toReversed().map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
      [LogicalResourceId, ResourceStatus, ResourceStatusReason].filter(Boolean).join(" "),
    );
  };
  const endService = () => environment.clock.during(Promise.resolve(service.close?.()));
  const close = async () => {
    await endService();
    await environment.remove();
  };
  return { api, describe, settled, events, calls, alive, endService, close };
}

function asApi(operations: Operations<"cloudformation">): Api<CloudFormation> {
  const caller = { accessKeyId: "test", sourceIp: "127.0.0.1" };
  const named = operations as unknown as Record<string, (input: object, caller: object) => unknown>;
  return new Proxy({} as Api<CloudFormation>, {
    get: (_, name) => async (input: object) => named[String(name)]?.(input, caller),
  });
}

/** `Test::Thing`: `Size` changes in place (3 is refused), `Kind` needs replacement, `Fail` breaks that call. */
function thingTypes(calls: string[], alive: Set<string>): ResourceTypes {
  let made = 0;
  const record = (verb: string, { logicalId }: ResourceContext, { Fail }: Properties) => {
    calls.push(`${verb} ${logicalId}`);
    if (Fail === verb) throw new Error(`no ${verb} of ${logicalId}`);
  };
  const thing: ResourceType = {
    properties: {
      ...{ Name: shapeOf("text"), Kind: shapeOf("text"), Size: shapeOf("integer"), Needs: shapeOf(["text"]) },
      ...{ Fail: shapeOf("create | stabilize | delete | never"), Tags: shapeOf("tags") },
    },
    replacement: ["Name", "Kind"],
    nameProperty: "Name",
    attributes: {
      Size: ({ properties: { Size = 0 } }) => String(Size),
      Address: ({ id }) => `${id}.test`,
    },
    async create(context, properties) {
      record("create", context, properties);
      if (alive.has(properties.Name)) throw new AwsError("ThingAlreadyExistsException", "There is one.");
      made += 1;
      const id = properties.Name ?? `${context.logicalId}-${made}`;
      alive.add(id);
      return id;
    },
    stabilize: async (context, _, properties) => {
      if (properties.Fail === "stabilize") record("stabilize", context, properties);
      const hours = properties.Fail === "never" ? 24 : 0;
      await context.environment.clock.wait(1000 + hours * 3_600_000, context.signal);
    },
    async update(context, _, next) {
      record(`update(${next.Size})`, context, next);
      if (next.Size === 3) throw new Error("3 is too large");
    },
    async delete(context, id, properties) {
      record("delete", context, properties);
      alive.delete(id);
    },
  };
  const stored: ResourceType = { ...thing, snapshot: async (context) => record("snapshot", context, {}) };
  return {
    "Test::Thing": thing,
    "Test::Store": stored,
    "Test::Database": { ...stored, keptBySnapshot: true },
    "Test::Identity": { ...thing, identity: true },
  };
}
