import { expect, test } from "vitest";
import { forEachTest } from "./resources/stack.support.ts";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = forEachTest(createTestCloudFormation);

const before = `
Resources:
  A: {Type: Test::Thing, Properties: {Kind: a, Size: 1}}
  B: {Type: Test::Thing, Properties: {Kind: !Ref A}}
  C: {Type: Test::Thing, Properties: {Needs: [!Ref A]}}
  Gone: {Type: Test::Thing}
`;

async function plan(StackName: string, TemplateBody: string, ChangeSetType: "CREATE" | "UPDATE" = "UPDATE") {
  const { Id = "" } = await cloudformation.api.createChangeSet({
    StackName,
    ChangeSetName: "plan",
    ChangeSetType,
    TemplateBody,
  });
  const changeSet = await cloudformation.api.describeChangeSet({ ChangeSetName: Id });
  const changes = (changeSet.Changes ?? []).map(({ ResourceChange }) =>
    [ResourceChange?.Action, ResourceChange?.LogicalResourceId, ResourceChange?.Replacement]
      .filter(Boolean)
      .join(" "),
  );
  return { id: Id, changeSet, changes };
}

async function execute(StackName: string, ChangeSetName: string) {
  await cloudformation.api.executeChangeSet({ ChangeSetName });
  return await cloudformation.settled(StackName);
}

test("a stack is planned, reviewed and created", async () => {
  const { id, changeSet, changes } = await plan("s", before, "CREATE");
  expect(changes).toEqual(["Add A", "Add B", "Add C", "Add Gone"]);
  expect(changeSet).toMatchObject({
    Status: "CREATE_COMPLETE",
    ExecutionStatus: "AVAILABLE",
    StackName: "s",
  });
  expect(cloudformation.calls).toEqual([]);
  expect((await cloudformation.describe("s"))?.StackStatus).toBe("REVIEW_IN_PROGRESS");
  expect((await execute("s", id))?.StackStatus).toBe("CREATE_COMPLETE");
});

test.each([
  ["Size: 1", "Size: 2", ["Modify A False"]],
  ["Kind: a", "Kind: b", ["Modify A True", "Modify B Conditional", "Modify C False"]],
  ["  Gone: {Type: Test::Thing}", "  New: {Type: Test::Thing}", ["Add New", "Remove Gone"]],
])("%s → %s", async (from, to, expected) => {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: before });
  await cloudformation.settled("s");
  const { id, changes } = await plan("s", before.replace(from, to));
  expect(changes).toEqual(expected);
  expect((await execute("s", id))?.StackStatus).toBe("UPDATE_COMPLETE");
  const again = await cloudformation.api.describeChangeSet({ ChangeSetName: id });
  expect(again.ExecutionStatus).toBe("EXECUTE_COMPLETE");
});

test("a plan without changes fails and cannot be executed", async () => {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: before });
  await cloudformation.settled("s");
  const { id, changeSet } = await plan("s", before);
  expect(changeSet).toMatchObject({
    Status: "FAILED",
    StatusReason:
      "The submitted information didn't contain changes. Submit different information to create a change set.",
    ExecutionStatus: "UNAVAILABLE",
  });
  await expect(execute("s", id)).rejects.toThrow("current execution status of [UNAVAILABLE]");
  await cloudformation.api.deleteChangeSet({ ChangeSetName: id });
  const describe = async () => cloudformation.api.describeChangeSet({ ChangeSetName: id });
  await expect(describe()).rejects.toThrow(`ChangeSet [${id}] does not exist`);
});

test("an update invalidates the plans made before it", async () => {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: before });
  await cloudformation.settled("s");
  const { id } = await plan("s", before.replace("Size: 1", "Size: 2"));
  await cloudformation.api.updateStack({
    StackName: "s",
    TemplateBody: before.replace("Size: 1", "Size: 4"),
  });
  await cloudformation.settled("s");
  await expect(execute("s", id)).rejects.toThrow("current execution status of [OBSOLETE]");
});

test("a plan shows the cause of each change, and the values on request", async () => {
  const body = (kind: string, secret: string) => `
Parameters: {Kind: {Type: String, Default: ${kind}}, Word: {Type: String, NoEcho: true, Default: ${secret}}}
Resources:
  A: {Type: Test::Thing, Properties: {Kind: !Ref Kind}}
  B: {Type: Test::Thing, Properties: {Kind: !Ref A, Needs: [!GetAtt A.Address]}}
  C: {Type: Test::Thing, Properties: {Name: !Ref Word, Size: ${kind.length}}}
`;
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: body("a", "hush") });
  await cloudformation.settled("s");
  const { id } = await plan("s", body("bc", "hush2"));
  const describe = (IncludePropertyValues: boolean) =>
    cloudformation.api.describeChangeSet({ ChangeSetName: id, IncludePropertyValues });
  const details = (await describe(true)).Changes?.flatMap(({ ResourceChange: change }) =>
    (change?.Details ?? []).map(({ Target, ChangeSource, CausingEntity }) =>
      [
        `${change?.LogicalResourceId}${Target?.Path}`,
        ChangeSource,
        CausingEntity,
        `${Target?.BeforeValue} → ${Target?.AfterValue}`,
      ].join(" "),
    ),
  );
  expect(details).toEqual([
    "A/Properties/Kind ParameterReference Kind a → bc",
    "B/Properties/Kind ResourceReference A A-1 → {{changeSet:KNOWN_AFTER_APPLY}}",
    'B/Properties/Needs ResourceAttribute A.Address ["A-1.test"] → ["{{changeSet:KNOWN_AFTER_APPLY}}"]',
    "C/Properties/Name ParameterReference Word **** → ****",
    "C/Properties/Size DirectModification  1 → 2",
  ]);
  const [first] = (await describe(false)).Changes ?? [];
  expect(first?.ResourceChange?.PolicyAction).toBe("ReplaceAndDelete");
  expect(first?.ResourceChange?.Details?.[0]?.Target).toEqual({
    Attribute: "Properties",
    Name: "Kind",
    RequiresRecreation: "Always",
  });
});

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
