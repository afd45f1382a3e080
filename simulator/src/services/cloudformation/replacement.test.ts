import { expect, test } from "vitest";
import { forEachTest } from "./resources/stack.support.ts";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = forEachTest(createTestCloudFormation);

async function create(TemplateBody: string) {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody });
  await cloudformation.settled("s");
  cloudformation.calls.length = 0;
}

/** Returns the final status of an update, and its events. */
async function update(TemplateBody: string) {
  const before = (await cloudformation.events("s")).length;
  await cloudformation.api.updateStack({ StackName: "s", TemplateBody });
  const status = (await cloudformation.settled("s"))?.StackStatus;
  return { status, events: (await cloudformation.events("s")).slice(before) };
}

const pair = (kind: string, user = "Size: 1", policy = "") => `
Resources:
  Base: {Type: Test::Store, ${policy}Properties: {Kind: ${kind}}}
  User: {Type: Test::Thing, Properties: {Needs: [!Ref Base], ${user}}}
`;

test("the new one is created, its users switch over, and the old one is deleted in the clean-up", async () => {
  await create(pair("a"));
  const { status, events } = await update(pair("b"));
  expect(status).toBe("UPDATE_COMPLETE");
  expect(cloudformation.calls).toEqual(["create Base", "update(1) User", "delete Base"]);
  expect([...cloudformation.alive]).toEqual(["User-2", "Base-3"]);
  expect(events).toEqual([
    "s UPDATE_IN_PROGRESS User Initiated",
    "Base UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
    "Base UPDATE_IN_PROGRESS Resource creation Initiated",
    "Base UPDATE_COMPLETE",
    "User UPDATE_IN_PROGRESS",
    "User UPDATE_COMPLETE",
    "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "Base DELETE_IN_PROGRESS",
    "Base DELETE_COMPLETE",
    "s UPDATE_COMPLETE",
  ]);
});

test.each([
  ["Delete", ["delete Base"], false],
  ["Retain", [], true],
  ["Snapshot", ["snapshot Base", "delete Base"], false],
])("UpdateReplacePolicy %s decides about the old one", async (policy, calls, stays) => {
  const withPolicy = (kind: string) => pair(kind, "Size: 1", `UpdateReplacePolicy: ${policy}, `);
  await create(withPolicy("a"));
  expect((await update(withPolicy("b"))).status).toBe("UPDATE_COMPLETE");
  expect(cloudformation.calls.slice(2)).toEqual(calls);
  expect(cloudformation.alive.has("Base-1")).toBe(stays);
});

test("a rollback returns to the old one, which still exists, and removes the new one", async () => {
  await create(pair("a"));
  const { status, events } = await update(pair("b", "Size: 3"));
  expect(status).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(cloudformation.calls).toEqual(["create Base", "update(3) User", "update(1) User", "delete Base"]);
  expect([...cloudformation.alive]).toEqual(["Base-1", "User-2"]);
  expect(events.slice(-4)).toEqual([
    "s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "Base DELETE_IN_PROGRESS",
    "Base DELETE_COMPLETE",
    "s UPDATE_ROLLBACK_COMPLETE",
  ]);
  const { StackResources } = await cloudformation.api.describeStackResources({
    StackName: "s",
    LogicalResourceId: "Base",
  });
  expect(StackResources).toMatchObject([{ PhysicalResourceId: "Base-1", ResourceStatus: "UPDATE_COMPLETE" }]);
});

test.each([
  ["Delete", "Gone DELETE_COMPLETE", false],
  ["Retain", "Gone DELETE_SKIPPED", true],
  ["RetainExceptOnCreate", "Gone DELETE_SKIPPED", true],
])(
  "a resource removed from the template is deleted, or kept with DeletionPolicy %s",
  async (policy, event, stays) => {
    const kept = "Resources: {Kept: {Type: Test::Thing}";
    await create(`${kept}, Gone: {Type: Test::Thing, DeletionPolicy: ${policy}}}`);
    const { status, events } = await update(`${kept}}`);
    expect(status).toBe("UPDATE_COMPLETE");
    expect(events).toContain(event);
    expect(cloudformation.alive.has("Gone-2")).toBe(stays);
  },
);

test("a new logical name is a new resource, and the one of the old name is deleted after its creation", async () => {
  await create("Resources: {Before: {Type: Test::Thing}}");
  expect((await update("Resources: {After: {Type: Test::Thing}}")).status).toBe("UPDATE_COMPLETE");
  expect(cloudformation.calls).toEqual(["create After", "delete Before"]);
});

test("a resource that cannot be deleted in the clean-up is reported as an event; the update is complete", async () => {
  await create(pair("a").replace("Kind: a", "Kind: a, Fail: delete"));
  const { status, events } = await update(pair("b"));
  expect(status).toBe("UPDATE_COMPLETE");
  expect(events).toContain("Base DELETE_FAILED no delete of Base");
  expect(cloudformation.alive.has("Base-1")).toBe(true);
});
