import { afterAll, expect, test } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { settledStack } from "./resources/stack.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
await simulator.aws.ecr.createRepository({ repositoryName: "customer" });

const settled = async (id = "") => (await settledStack(simulator, id))?.StackStatus;
const images = (policy = "DeletionPolicy: Retain, ", more = "") => `Resources:
  Images: { Type: AWS::ECR::Repository, ${policy}Properties: { RepositoryName: customer } }
${more}`;

async function importInto(
  StackName: string,
  TemplateBody: string,
  identifier = { RepositoryName: "customer" },
) {
  const { cloudformation } = simulator.aws;
  const { Id: ChangeSetName = "" } = await cloudformation.createChangeSet({
    StackName,
    ChangeSetName: "import",
    ChangeSetType: "IMPORT",
    TemplateBody,
    ResourcesToImport: [
      { ResourceType: "AWS::ECR::Repository", LogicalResourceId: "Images", ResourceIdentifier: identifier },
    ],
  });
  const found = await cloudformation.describeChangeSet({ ChangeSetName });
  return { ...found, ChangeSetName };
}

test.each([
  ["a resource without DeletionPolicy", images(""), /Images\] must have DeletionPolicy attribute/],
  [
    "an output",
    images(undefined, "Outputs: { Name: { Value: !Ref Images } }\n"),
    /you cannot modify or add \[Outputs\]/,
  ],
  [
    "a new resource",
    images(undefined, "  Log: { Type: AWS::Logs::LogGroup }\n"),
    /modified resources \[Log\]/,
  ],
])("an import with %s fails as on AWS", async (_, template, reason) => {
  const { Status, StatusReason, StackId = "" } = await importInto("refused", template);
  expect(Status).toBe("FAILED");
  expect(StatusReason).toMatch(reason);
  await simulator.aws.cloudformation.deleteStack({ StackName: StackId });
});

test("an import lists what it imports, and leaves the resource as it is", async () => {
  const { Changes, ChangeSetName, StackId } = await importInto("shop", images());
  expect(Changes?.map(({ ResourceChange: change }) => [change?.Action, change?.PhysicalResourceId])).toEqual([
    ["Import", "customer"],
  ]);
  await simulator.aws.cloudformation.executeChangeSet({ ChangeSetName });
  expect(await settled(StackId)).toBe("IMPORT_COMPLETE");
});

test("an import of a missing resource, or of another stack's, fails", async () => {
  const owned = await importInto("other", images());
  expect(owned.StatusReason).toMatch(/customer already exists in stack arn:/);
  await simulator.aws.cloudformation.deleteStack({ StackName: owned.StackId });
  const { ChangeSetName, StackId } = await importInto("other", images(), { RepositoryName: "employee" });
  await simulator.aws.cloudformation.executeChangeSet({ ChangeSetName });
  expect(await settled(StackId)).toBe("IMPORT_ROLLBACK_COMPLETE");
});
