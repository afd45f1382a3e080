import { expect, test } from "vitest";
import { forEachTest } from "./resources/stack.support.ts";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = forEachTest(createTestCloudFormation);

const exporting = (kind: string) => `
Resources: {A: {Type: Test::Thing, Properties: {Kind: ${kind}}}}
Outputs: {Id: {Value: !Ref A, Export: {Name: shared}}}
`;
const importing = "Resources: {B: {Type: Test::Thing, Properties: {Needs: [!ImportValue shared]}}}";

async function create(StackName: string, TemplateBody: string) {
  await cloudformation.api.createStack({ StackName, TemplateBody });
  return await cloudformation.settled(StackName);
}

test("an export in use can be neither changed nor removed", async () => {
  await create("from", exporting("a"));
  await create("to", importing);
  expect(await cloudformation.api.listImports({ ExportName: "shared" })).toMatchObject({
    Imports: ["to"],
  });
  const { Exports = [] } = await cloudformation.api.listExports({});
  expect(Exports).toMatchObject([{ Name: "shared", Value: "A-1" }]);

  const remove = async () => cloudformation.api.deleteStack({ StackName: "from" });
  await expect(remove()).rejects.toThrow("Export shared cannot be deleted as it is in use by to");

  await cloudformation.api.updateStack({ StackName: "from", TemplateBody: exporting("b") });
  expect((await cloudformation.settled("from"))?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await cloudformation.events("from")).join()).toContain(
    "Export shared cannot be updated as it is in use by to",
  );
  expect([...cloudformation.alive]).toEqual(["A-1", "B-2"]);

  await cloudformation.api.deleteStack({ StackName: "to" });
  for (;;) {
    const { StackSummaries = [] } = await cloudformation.api.listStacks({
      StackStatusFilter: ["DELETE_COMPLETE"],
    });
    if (StackSummaries.length > 0) break;
    await new Promise(setImmediate);
  }
  expect(await remove()).toEqual({});
});

test("an existing export of another stack, or a missing import, rolls back", async () => {
  expect((await create("to", importing))?.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await cloudformation.events("to")).toContain(
    "to ROLLBACK_IN_PROGRESS No export named shared found. Rollback requested by user.",
  );
  expect(cloudformation.calls).toEqual([]);

  await create("from", exporting("a"));
  expect((await create("again", exporting("a")))?.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect((await cloudformation.events("again")).join()).toContain(
    "Export with name shared is already exported by stack from.",
  );
});
