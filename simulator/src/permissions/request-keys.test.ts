import { expect, it } from "vitest";
import { account, arn } from "./caller.support.ts";
import { requestKeys } from "./request-keys.ts";

const limit = `arn:aws:iam::${account}:policy/limit`;
const [ofMain, ofOther] = [arn("ecs", "task/main/1"), arn("ecs", "task/other/1")];
const taskDefinition = arn("ecs", "task-definition/web:1");
const imports = (name: string) => ({ ResourcesToImport: [{ ResourceType: `AWS::${name}` }] });
/** Keys of an action, with the value that its calls are asked for. */
const keys = {
  "iam:PermissionsBoundary": limit,
  "cloudformation:ImportResourceTypes": "AWS::EC2::Instance",
  "ecs:cluster": arn("ecs", "cluster/main"),
};

/** Source: the descriptions of the keys, Service Authorization Reference. */
it.each<[key: keyof typeof keys, action: string, input: object, expected: string]>([
  ["iam:PermissionsBoundary", "iam:CreateRole", { PermissionsBoundary: limit }, "same"],
  ["iam:PermissionsBoundary", "iam:CreateRole", { RoleName: "limited" }, "different"],
  ["iam:PermissionsBoundary", "iam:PutRolePolicy", { RoleName: "limited" }, "same"],
  ["iam:PermissionsBoundary", "iam:PutRolePolicy", { RoleName: "free" }, "different"],
  ["iam:PermissionsBoundary", "iam:PutRolePolicy", { RoleName: "missing" }, "not known"],
  ["iam:PermissionsBoundary", "iam:PutRolePermissionsBoundary", { PermissionsBoundary: "x" }, "different"],
  ["cloudformation:ImportResourceTypes", "cloudformation:CreateChangeSet", imports("EC2::Instance"), "same"],
  [
    "cloudformation:ImportResourceTypes",
    "cloudformation:CreateChangeSet",
    imports("S3::Bucket"),
    "different",
  ],
  ["cloudformation:ImportResourceTypes", "cloudformation:CreateChangeSet", {}, "different"],
  [
    "cloudformation:ImportResourceTypes",
    "cloudformation:CreateChangeSet",
    { ImportExistingResources: true },
    "not known",
  ],
  ["ecs:cluster", "ecs:DescribeTasks", { cluster: "main", tasks: [ofMain] }, "same"],
  ["ecs:cluster", "ecs:DescribeTasks", { cluster: "other", tasks: ["1"] }, "different"],
  ["ecs:cluster", "ecs:DescribeTasks", { cluster: "main", tasks: [ofOther] }, "not known"],
  ["ecs:cluster", "ecs:RunTask", { cluster: "main", taskDefinition }, "same"],
])("the key %s of %s with %j is %s", (key, action, input, expected) => {
  const role = (name: string) =>
    name === "missing" ? undefined : ({ boundaryArn: name === "limited" ? limit : undefined } as never);
  const values = requestKeys(action, input, { accountId: account, region: "us-east-1", role })(key);
  const isSame = values?.includes(keys[key]);
  expect(isSame === undefined ? "not known" : isSame ? "same" : "different").toBe(expected);
});
