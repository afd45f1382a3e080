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

const thing = (name: string, properties = "") =>
  `  ${name}: {Type: Test::Thing, Properties: {${properties}}}\n`;
const resources = (...things: string[]) => `Resources:\n${things.join("")}`;

async function created(...things: string[]) {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: resources(...things) });
  await cloudformation.settled("s");
}

const startUpdate = (TemplateBody: string, more = {}) =>
  cloudformation.api.updateStack({ StackName: "s", TemplateBody, ...more });

test("a cancelled update is rolled back, even if its rollback was disabled", async () => {
  await created(thing("A", "Size: 1"));
  await startUpdate(resources(thing("A", "Size: 2"), thing("B"), thing("C", "Needs: [!Ref B]")), {
    DisableRollback: true,
  });
  await cloudformation.api.cancelUpdateStack({ StackName: "s" });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
  expect([...cloudformation.alive]).toEqual(["A-1"]);
  expect(await cloudformation.events("s")).toContain("B CREATE_FAILED Resource update cancelled");
  const again = async () => cloudformation.api.cancelUpdateStack({ StackName: "s" });
  await expect(again()).rejects.toThrow("cannot be called from current stack status");
});

test("a stack is deleted while it is being created", async () => {
  const body = resources(thing("A"), thing("B", "Needs: [!Ref A]"));
  const { StackId = "" } = await cloudformation.api.createStack({ StackName: "s", TemplateBody: body });
  await cloudformation.api.deleteStack({ StackName: "s" });
  expect(await cloudformation.settled(StackId)).toMatchObject({ StackStatus: "DELETE_COMPLETE" });
  expect([...cloudformation.alive]).toEqual([]);
  expect(cloudformation.calls).not.toContain("create B");
});

test("a failed creation without rollback is rolled back later", async () => {
  const body = resources(thing("A"), thing("B", "Needs: [!Ref A], Fail: create"));
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: body, DisableRollback: true });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "CREATE_FAILED" });
  await cloudformation.api.rollbackStack({ StackName: "s" });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
  expect([...cloudformation.alive]).toEqual([]);
});

test("a failed update without rollback is rolled back later", async () => {
  await created(thing("A", "Size: 1"), thing("B", "Needs: [!Ref A]"));
  const next = resources(thing("A", "Size: 2"), thing("B", "Needs: [!Ref A], Size: 3"));
  await startUpdate(next, { DisableRollback: true });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_FAILED" });
  cloudformation.calls.length = 0;
  await cloudformation.api.rollbackStack({ StackName: "s" });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
  expect(cloudformation.calls).toContain("update(1) A");
});

test("nothing is replaced if the rollback is disabled", async () => {
  await created(thing("A", "Kind: a"));
  await startUpdate(resources(thing("A", "Kind: b")), { DisableRollback: true });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_FAILED" });
  expect((await cloudformation.events("s")).join()).toContain("Replacement type updates not supported");
});

test("a failed rollback continues, without the resources to skip", async () => {
  // A thing can be created with 3, but a rollback to it fails.
  await created(thing("A", "Size: 3"), thing("B", "Needs: [!Ref A]"));
  await startUpdate(resources(thing("A", "Size: 4"), thing("B", "Needs: [!Ref A], Size: 3")));
  expect(await cloudformation.settled("s")).toMatchObject({
    StackStatus: "UPDATE_ROLLBACK_FAILED",
    StackStatusReason: "The following resource(s) failed to update: [A].",
  });
  await cloudformation.api.continueUpdateRollback({ StackName: "s" });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_FAILED" });
  await cloudformation.api.continueUpdateRollback({ StackName: "s", ResourcesToSkip: ["A"] });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
  const again = async () => cloudformation.api.continueUpdateRollback({ StackName: "s" });
  await expect(again()).rejects.toThrow("can not continue rollback");
  await expect((async () => cloudformation.api.rollbackStack({ StackName: "s" }))()).rejects.toThrow(
    "can not be rolled back",
  );
});
