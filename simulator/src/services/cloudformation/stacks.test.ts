// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables so
import { expect, test } from "vitest";
import { forEachTest } from "./resources/stack.support.ts";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = forEachTest(createTestCloudFormation);

const chain = `
Parameters: {Size: {Type: Number, Default: 1}, Secret: {Type: String, NoEcho: true, Default: hush}}
Conditions: {Never: !Equals [!Ref Size, 99]}
Resources:
  Last: {Type: Test::Thing, Properties: {Needs: [!GetAtt Middle.Address]}}
  Middle: {Type: Test::Thing, Properties: {Needs: [!Sub "\${First}"], Size: !Ref Size}}
  First: {Type: Test::Thing}
  Absent: {Type: Test::Thing, Condition: Never}
Outputs:
  Address: {Value: !GetAtt Last.Address, Export: {Name: !Sub "\${AWS::StackName}-Address"}}
  Size: {Value: !GetAtt Middle.Size}
`;

async function create(StackName: string, TemplateBody: string, more = {}) {
  const { StackId = "" } = await cloudformation.api.createStack({ StackName, TemplateBody, ...more });
  return { id: StackId, stack: await cloudformation.settled(StackId) };
}

async function update(StackName: string, TemplateBody: string, more = {}) {
  await cloudformation.api.updateStack({ StackName, TemplateBody, ...more });
  return await cloudformation.settled(StackName);
}

test("resources are created in order and removed in reverse, each step an event", async () => {
  const { id, stack } = await create("s", chain);
  expect(stack).toMatchObject({ StackStatus: "CREATE_COMPLETE", StackName: "s" });
  expect(stack?.Outputs).toMatchObject([
    { OutputKey: "Address", OutputValue: "Last-3.test", ExportName: "s-Address" },
    { OutputKey: "Size", OutputValue: "1" },
  ]);
  expect(stack?.Parameters).toContainEqual({ ParameterKey: "Secret", ParameterValue: "****" });
  expect(await cloudformation.events("s")).toEqual([
    "s CREATE_IN_PROGRESS User Initiated",
    ...["First", "Middle", "Last"].flatMap((name) => [
      `${name} CREATE_IN_PROGRESS`,
      `${name} CREATE_IN_PROGRESS Resource creation Initiated`,
      `${name} CREATE_COMPLETE`,
    ]),
    "s CREATE_COMPLETE",
  ]);
  await cloudformation.api.deleteStack({ StackName: "s" });
  expect(await cloudformation.settled(id)).toMatchObject({ StackStatus: "DELETE_COMPLETE" });
  expect(cloudformation.calls.slice(3)).toEqual(["delete Last", "delete Middle", "delete First"]);
  await expect(cloudformation.describe("s")).rejects.toThrow("Stack with id s does not exist");
  expect(await cloudformation.api.deleteStack({ StackName: "s" })).toEqual({});
});

test("an unknown property fails a creation before anything is made, a change set and an update", async () => {
  const TemplateBody = "Resources: {A: {Type: Test::Thing}, B: {Type: Test::Thing, Properties: {Sise: 1}}}";
  const { stack } = await create("unknown", TemplateBody);
  expect(stack).toMatchObject({ NotificationARNs: [], Tags: [] });
  expect(stack).toMatchObject({ Parameters: undefined, Capabilities: undefined, Outputs: undefined });
  const sentence =
    "Properties validation failed for resource B with message: #: extraneous key [Sise] is not permitted";
  expect(await cloudformation.events("unknown")).toEqual([
    "unknown CREATE_IN_PROGRESS User Initiated",
    expect.stringContaining(`B CREATE_FAILED ${sentence}`),
    "unknown ROLLBACK_IN_PROGRESS Validation failed for following resources: [B]. Rollback requested by user.",
    "unknown ROLLBACK_COMPLETE",
  ]);
  expect(cloudformation.calls).toEqual([]);
  await create("s", "Resources: {B: {Type: Test::Thing}}");
  const named = { StackName: "s", ChangeSetName: "c" };
  await cloudformation.api.createChangeSet({ ...named, TemplateBody });
  const { Status, StatusReason } = await cloudformation.api.describeChangeSet(named);
  expect(`${Status} ${StatusReason}`).toContain(`FAILED ${sentence}`);
  expect((await update("s", TemplateBody))?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await cloudformation.events("s")).toContainEqual(expect.stringContaining("B UPDATE_FAILED"));
});

test("events show the properties of a resource, but not the values of NoEcho parameters", async () => {
  const secretive = `
Parameters: {Secret: {Type: String, NoEcho: true}}
Resources: {A: {Type: Test::Thing, Properties: {Kind: !Ref Secret, Needs: [!Sub "user:\${Secret}@host"], Size: 2}}}
`;
  await create("s", secretive, { Parameters: [{ ParameterKey: "Secret", ParameterValue: "hush" }] });
  const { StackEvents = [] } = await cloudformation.api.describeStackEvents({ StackName: "s" });
  expect(StackEvents[1]).toMatchObject({
    StackName: "s",
    EventId: expect.any(String),
    LogicalResourceId: "A",
    PhysicalResourceId: "A-1",
    ResourceType: "Test::Thing",
    ResourceStatus: "CREATE_COMPLETE",
    Timestamp: expect.any(Date),
    ResourceProperties: JSON.stringify({ Kind: "****", Needs: ["user:****@host"], Size: 2 }),
  });
});

test("independent resources are created in parallel", async () => {
  await create("s", "Resources: {A: {Type: Test::Thing}, B: {Type: Test::Thing}}");
  const events = await cloudformation.events("s");
  expect(events.indexOf("B CREATE_IN_PROGRESS")).toBeLessThan(events.indexOf("A CREATE_COMPLETE"));
});

const failing = `
Resources:
  First: {Type: Test::Thing}
  Broken: {Type: Test::Thing, DependsOn: First, Properties: {Fail: stabilize}}
  Never: {Type: Test::Thing, DependsOn: Broken}
`;

test.each([
  [{}, "ROLLBACK_COMPLETE", []],
  [{ DisableRollback: true }, "CREATE_FAILED", ["First-1", "Broken-2"]],
])("a failed creation with %j ends as %s", async (more, status, left) => {
  const { stack, id } = await create("s", failing, more);
  expect(stack?.StackStatus).toBe(status);
  expect([...cloudformation.alive]).toEqual(left);
  const events = await cloudformation.events(id);
  expect(events).toContain("Broken CREATE_FAILED no stabilize of Broken");
  expect(events.join()).toContain("The following resource(s) failed to create: [Broken].");
  expect(cloudformation.calls).not.toContain("create Never");
});

test.each([
  ["another stack's", "other", "A: {Type: Test::Thing, Properties: {Name: taken}}"],
  ["another resource's", "s", "A: {Type: Test::Thing, DependsOn: First, Properties: {Name: taken}}"],
])("a name that is %s is refused with the stack that has it", async (_, owner, resource) => {
  const first = "First: {Type: Test::Thing, Properties: {Name: taken}}";
  const other = owner === "other" && (await create("other", `Resources: {${first}}`));
  const { id, stack } = await create("s", `Resources: {${other ? "" : `${first}, `}${resource}}`);
  expect(stack?.StackStatus).toBe("ROLLBACK_COMPLETE");
  const ownerId = other ? other.id : id;
  expect(await cloudformation.events("s")).toContain(
    `A CREATE_FAILED taken already exists in stack ${ownerId}`,
  );
  expect(cloudformation.alive.has("taken")).toBe(owner === "other");
});

test("a name used outside of all stacks is refused as the service refuses it", async () => {
  cloudformation.alive.add("taken");
  await create("s", "Resources: {A: {Type: Test::Thing, Properties: {Name: taken}}}");
  expect((await cloudformation.events("s")).join()).toMatch(
    /A CREATE_FAILED Resource handler returned message: "Resource of type 'Test::Thing' with identifier 'taken' already exists\." \(RequestToken: [-0-9a-f]+, HandlerErrorCode: AlreadyExists\)/,
  );
  expect([...cloudformation.alive]).toEqual(["taken"]);
});

test("a value of the wrong type fails its resource with its place", async () => {
  const { stack } = await create("s", "Resources: {A: {Type: Test::Thing, Properties: {Size: big}}}");
  expect(stack?.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await cloudformation.events("s")).toContain(
    'A CREATE_FAILED Properties validation failed for resource A with message: #/Size: expected type: Integer, found: "big"',
  );
});

test("a failed update returns to the previous state", async () => {
  await create("s", chain);
  const next = `${chain.replace("First: {Type: Test::Thing}", "First: {Type: Test::Thing, Properties: {Kind: new}}")}`;
  const stack = await update("s", next, { Parameters: [{ ParameterKey: "Size", ParameterValue: "3" }] });
  expect(stack?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect([...cloudformation.alive]).toEqual(["First-1", "Middle-2", "Last-3"]);
  expect(stack?.Parameters).toContainEqual({ ParameterKey: "Size", ParameterValue: "1" });
  const events = await cloudformation.events("s");
  expect(events).toContain("Middle UPDATE_FAILED 3 is too large");
  expect(events).toContain(
    "s UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [Middle].",
  );
  const again = await update("s", chain, { Parameters: [{ ParameterKey: "Size", ParameterValue: "2" }] });
  expect(again?.StackStatus).toBe("UPDATE_COMPLETE");
});

test("a custom-named resource is not replaced under its old name", async () => {
  const body = (kind: string) => `Resources: {A: {Type: Test::Thing, Properties: {Name: a, Kind: ${kind}}}}`;
  await create("s", body("old"));
  expect((await update("s", body("new")))?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await cloudformation.events("s")).join()).toContain(
    "when a custom-named resource requires replacing. Rename a",
  );
});

test("an update without changes, of a type, or of an unfinished stack is refused", async () => {
  await create("s", chain);
  const call = async (TemplateBody: string) =>
    cloudformation.api.updateStack({ StackName: "s", TemplateBody });
  await expect(call(chain)).rejects.toThrow("No updates are to be performed.");
  await expect(
    call(chain.replace("First: {Type: Test::Thing}", "First: {Type: Test::Store}")),
  ).rejects.toThrow("modifies resource type of the following resources: [First]");
  await cloudformation.api.updateStack({
    StackName: "s",
    TemplateBody: chain,
    Tags: [{ Key: "a", Value: "b" }],
  });
  await expect(call(chain)).rejects.toThrow("is in UPDATE_IN_PROGRESS state and can not be updated.");
  expect((await cloudformation.settled("s"))?.Tags).toEqual([{ Key: "a", Value: "b" }]);
  await expect(create("s", chain)).rejects.toThrow("Stack [s] already exists");
});

test.each([
  ["Retain", "Test::Thing", [], true],
  ["Snapshot", "Test::Store", ["snapshot A", "delete A"], false],
  ["Delete", "Test::Thing", ["delete A"], false],
])("DeletionPolicy %s", async (policy, type, calls, left) => {
  const { id } = await create("s", `Resources: {A: {Type: ${type}, DeletionPolicy: ${policy}}}`);
  await cloudformation.api.deleteStack({ StackName: "s" });
  expect((await cloudformation.settled(id))?.StackStatus).toBe("DELETE_COMPLETE");
  expect(cloudformation.calls.slice(1)).toEqual(calls);
  expect(cloudformation.alive.has("A-1")).toBe(left);
});

test.each([
  ["Retain", {}, true],
  ["Retain", { RetainExceptOnCreate: true }, false],
  ["RetainExceptOnCreate", {}, false],
  ["Delete", {}, false],
])(
  "a new resource with DeletionPolicy %s and %j is kept after a rollback: %s",
  async (policy, more, stays) => {
    const kept = `Kept: {Type: Test::Thing, DeletionPolicy: ${policy}}`;
    const broken = "Broken: {Type: Test::Thing, DependsOn: Kept, Properties: {Fail: create}}";
    const { stack } = await create("s", `Resources: {${kept}, ${broken}}`, more);
    expect(stack).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
    expect(cloudformation.alive.has("Kept-1")).toBe(stays);

    await create("t", "Resources: {A: {Type: Test::Thing}}");
    const after = await update("t", `Resources: {A: {Type: Test::Thing}, ${kept}, ${broken}}`, more);
    expect(after).toMatchObject({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
    expect(cloudformation.alive.has("Kept-3")).toBe(stays);
  },
);

test("a snapshot is taken without a DeletionPolicy, too", async () => {
  const { id } = await create("s", "Resources: {A: {Type: Test::Database}}");
  await cloudformation.api.deleteStack({ StackName: "s" });
  await cloudformation.settled(id);
  expect(cloudformation.calls.slice(1)).toEqual(["snapshot A", "delete A"]);
});

test("a stack that cannot be deleted reports the resource that failed, and allows retaining it", async () => {
  const { id } = await create(
    "s",
    "Resources: {A: {Type: Test::Thing}, B: {Type: Test::Thing, DependsOn: A, Properties: {Fail: delete}}}",
  );
  await cloudformation.api.deleteStack({ StackName: "s" });
  expect(await cloudformation.settled(id)).toMatchObject({
    StackStatus: "DELETE_FAILED",
    StackStatusReason: "The following resource(s) failed to delete: [B]. ",
  });
  expect(cloudformation.alive.has("A-1")).toBe(true);
  await cloudformation.api.deleteStack({ StackName: "s", RetainResources: ["B"] });
  expect((await cloudformation.settled(id))?.StackStatus).toBe("DELETE_COMPLETE");
  expect([...cloudformation.alive]).toEqual(["B-2"]);
});

test("termination protection prevents deletion", async () => {
  await create("s", chain, { EnableTerminationProtection: true });
  const call = async () => cloudformation.api.deleteStack({ StackName: "s" });
  await expect(call()).rejects.toThrow("cannot be deleted while TerminationProtection is enabled");
  await cloudformation.api.updateTerminationProtection({
    StackName: "s",
    EnableTerminationProtection: false,
  });
  expect(await call()).toEqual({});
});

test("closing the simulator ends operations in progress", async () => {
  await cloudformation.api.createStack({ StackName: "s", TemplateBody: chain });
  await cloudformation.endService();
  expect((await cloudformation.describe("s"))?.StackStatus).toBe("CREATE_FAILED");
});
