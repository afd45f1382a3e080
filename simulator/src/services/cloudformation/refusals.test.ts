import type { CreateStackCommandInput } from "@aws-sdk/client-cloudformation";
import { afterAll, expect, test } from "vitest";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = await createTestCloudFormation();
afterAll(() => cloudformation.close());

const thing = "{Type: Test::Thing}";
test.each([
  [
    "Resources: {A: {Type: AWS::Nope::X}}",
    "The simulator does not make resources of these types: [AWS::Nope::X]. Check their spelling",
  ],
  [
    "Resources: {A: {Type: AWS:EC2:VPC}}",
    "Template format error: Unrecognized resource types: [AWS:EC2:VPC]",
  ],
  [`Resources: {A: ${thing}}\nHooks: {}`, "Invalid template property or properties [Hooks]"],
  [
    `Transform: AWS::Serverless-2016-10-31\nResources: {A: ${thing}}`,
    'the transform "AWS::Serverless-2016-10-31" is not supported',
  ],
  [`Parameters: {A-B: {Type: String}}\nResources: {A: ${thing}}`, "Parameter name A-B is non alphanumeric."],
  [
    "Resources: {A: {Type: Test::Thing, CreationPolicy: {}}}",
    "Invalid template resource property 'CreationPolicy' (/Resources/A)",
  ],
  ["Resources: {A: {Type: Test::Thing, DeletionPolicy: Keep}}", '"Keep" at /Resources/A/DeletionPolicy'],
  [
    "Resources: {A: {Type: Test::Thing, DeletionPolicy: Snapshot}}",
    "Resource A of type Test::Thing cannot be snapshotted",
  ],
  [
    "Resources: {A: {Type: Test::Thing, DependsOn: B}}",
    "Unresolved resource dependencies [B] in the Resources block",
  ],
  ["Resources: {A: {Type: Test::Thing, Properties: {Name: !Ref B}}}", "Unresolved resource dependencies [B]"],
  ["Resources: {A: {Type: Test::Thing, Properties: {Name: !GetAtt B.C}}}", "references undefined resource B"],
  [
    `Resources: {A: ${thing}, B: {Type: Test::Thing, Properties: {Name: !GetAtt A.Nope}}}`,
    "resource A does not support attribute type Nope",
  ],
  [
    `Resources: {A: ${thing}}\nOutputs: {O: {Value: !Ref B}}`,
    "Unresolved resource dependencies [B] in the Outputs block",
  ],
  [
    "Resources: {A: {Type: Test::Thing, DependsOn: B}, B: {Type: Test::Thing, Properties: {Name: !Ref A}}}",
    "Circular dependency between resources: [A, B]",
  ],
  ["Resources: {A: {Type: Test::Thing, Condition: C}}", "Unresolved dependencies [C]"],
  [`Conditions: {C: !Equals [1]}\nResources: {A: ${thing}}`, "Fn::Equals at /Conditions/C takes two values"],
  [
    `Conditions: {C: {Condition: D}, D: {Condition: C}}\nResources: {A: ${thing}}`,
    "Circular dependency between conditions",
  ],
  ["Resources: {}", "At least one Resources member must be defined."],
  ["Resources:\n  A: {Type: [}", "Template format error: YAML not well-formed. (line 2,"],
  ['{"Resources": }', "Template format error: JSON not well-formed. (line 1,"],
  ["just text", "Template format error: unsupported structure."],
  ["Resources: {A: {Type: Test::Identity}}", "Requires capabilities : [CAPABILITY_IAM]"],
  [
    "Resources: {A: {Type: Test::Identity, Properties: {Name: x}}}",
    "Requires capabilities : [CAPABILITY_NAMED_IAM]",
  ],
])("%s", async (TemplateBody, message) => {
  const call = async () => cloudformation.api.createStack({ StackName: "refused", TemplateBody });
  await expect(call()).rejects.toThrow(message);
  await expect(cloudformation.describe("refused")).rejects.toThrow("Stack with id refused does not exist");
  expect(cloudformation.calls).toEqual([]);
});

test.each([
  [{ StackName: "1a" }, "Value '1a' at 'stackName' failed to satisfy constraint"],
  [{ StackName: "a", TemplateURL: "https://x" }, "TemplateURL must be a supported URL"],
  [{ StackName: "a", TemplateBody: " ".repeat(51_201) }, "length less than or equal to 51200"],
  [{ StackName: "a" }, "Either Template URL or Template Body must be specified."],
  [{ StackName: "a", TimeoutInMinutes: 1 }, "does not support TimeoutInMinutes"],
  [{ StackName: "a", NotificationARNs: ["arn:aws:sns:x"] }, "does not support NotificationARNs"],
  [{ StackName: "a", StackPolicyBody: "{}" }, "does not support StackPolicyBody"],
  [{ StackName: "a", OnFailure: "DELETE" }, "does not support OnFailure DELETE"],
  [{ StackName: "a", OnFailure: "ROLLBACK", DisableRollback: true }, "both DisableRollback and OnFailure"],
])("%j", async (input, message) => {
  await expect(
    (async () => cloudformation.api.createStack(input as CreateStackCommandInput))(),
  ).rejects.toThrow(message);
});
