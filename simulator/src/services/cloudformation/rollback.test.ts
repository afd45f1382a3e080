import { expect, test } from "vitest";
import { forEachTest } from "./resources/stack.support.ts";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = forEachTest(createTestCloudFormation);

const thing = (name: string, properties = "") =>
  `  ${name}: {Type: Test::Thing, Properties: {${properties}}}\n`;
const resources = (...things: string[]) => `Resources:\n${things.join("")}`;

async function created(...things: string[]) {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: resources(...things) });
  await cloudformation.settled("s");
}

const update = (TemplateBody: string, more = {}) =>
  cloudformation.api.updateStack({ StackName: "s", TemplateBody, ...more });

test("a cancelled update is rolled back, even if its rollback was disabled", async () => {
  await created(thing("A", "Size: 1"));
  await update(resources(thing("A", "Size: 2"), thing("B"), thing("C", "Needs: [!Ref B]")), {
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
  await update(next, { DisableRollback: true });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_FAILED" });
  cloudformation.calls.length = 0;
  await cloudformation.api.rollbackStack({ StackName: "s" });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
  expect(cloudformation.calls).toContain("update(1) A");
});

test("nothing is replaced if the rollback is disabled", async () => {
  await created(thing("A", "Kind: a"));
  await update(resources(thing("A", "Kind: b")), { DisableRollback: true });
  expect(await cloudformation.settled("s")).toMatchObject({ StackStatus: "UPDATE_FAILED" });
  expect((await cloudformation.events("s")).join()).toContain("Replacement type updates not supported");
});

test("a failed rollback continues, without the resources to skip", async () => {
  // A thing can be created with 3, but a rollback to it fails.
  await created(thing("A", "Size: 3"), thing("B", "Needs: [!Ref A]"));
  await update(resources(thing("A", "Size: 4"), thing("B", "Needs: [!Ref A], Size: 3")));
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
