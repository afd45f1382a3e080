import { expect, test } from "vitest";
import { contentOf, problemsIn, readPolicies } from "./policies.support.ts";

/** Contradictions to the reference that are right, each with its reason. */
const exceptions = [
  // The keys of every OpenID Connect provider (IAM user guide, "Available keys for AWS OIDC federation"). The reference
  // lists only the further claims of GitHub's tokens.
  "sts:AssumeRoleWithWebIdentity has no condition key token.actions.githubusercontent.com:aud",
  "sts:AssumeRoleWithWebIdentity has no condition key token.actions.githubusercontent.com:sub",
];

test("AWS's reference knows what the policies of all documents and templates allow", async () => {
  const problems = readPolicies().map(async ({ file, content }) =>
    (await problemsIn(content)).map((problem) => ({ file, problem })),
  );
  const found = (await Promise.all(problems)).flat();
  expect(found.filter(({ problem }) => !exceptions.includes(problem))).toEqual([]);
  expect([...new Set(found.map(({ problem }) => problem))]).toEqual(exceptions);
});

const group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:web/*";
const service = "arn:aws:ecs:us-east-1:123456789012:service/*";

test.each<[string, string]>([
  ["Action: ecs:DescribeService", "ecs:DescribeService is not an action"],
  ["NotAction: elb2:Describe*", "elb2:Describe* is not an action"],
  [`Action: codedeploy:StopDeployment, Resource: "${group}"`, "has no resource types: it needs *"],
  [`Action: codedeploy:GetApplication, Resource: "${group}"`, "needs other resource types"],
  [`Action: ecs:DescribeServiceRevisions, Resource: "${service}"`, "needs other resource types"],
  [`Action: ecs:Describe*, Resource: ["${service}", "${group}"]`, `has a resource like ${group}`],
  ["Action: s3:GetObject, Resource: arn:aws:s3:::kept", "needs other resource types"],
  [`Action: s3:ListBucket, Resource: !Sub "arn:aws:s3:::\${Kept}/*"`, "needs other resource types"],
  ["Action: ecs:ListClusters, Resource: !GetAtt Kept.Arn", "has no resource types: it needs *"],
  ["Action: iam:PassRole, Condition: { Null: { iam:PassedTo: a } }", "has no condition key iam:PassedTo"],
  ["Action: ecs:ListClusters, Condition: { Null: { ecs:cluster: a } }", "has no condition key ecs:cluster"],
  [`Action: s3:*, Resource: [!GetAtt Kept.Arn, !Sub "\${Kept.Arn}/*"]`, ""],
  [`NotAction: iam:*, Resource: "${service}"`, ""],
  [`Action: ecs:Desc?ibeServices, Resource: "${service}/\${aws:PrincipalTag/team}"`, ""],
  ["Action: ecs:ListTasks, Condition: { StringLike: { aws:PrincipalTag/team: a } }", ""],
  [`Action: ecs:Describe*, NotResource: "${group}"`, `has a resource like ${group}`],
  ["Action: ecs:UpdateService, Condition: { StringEqual: { ecs:cluster: a } }", "does not know StringEqual"],
  ["Actions: ecs:UpdateService", "does not know Actions"],
  ["Action: ECS:updateservice, Condition: { Bool: { aws:ResourceTag/team: a } }", ""],
])("the check of policies reads %s", async (statement, problem) => {
  const [found = ""] = await problemsIn(contentOf(`{ Effect: Allow, ${statement} }`));
  expect(found).toContain(problem);
  expect(found === "").toBe(problem === "");
});
