import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeValue, isKnown } from "@ecs-delivery/actions/cloudformation/values";
import { type InputTexts, isNeeded, permissionsOf } from "@ecs-delivery/actions/core/permissions";
import { expect, test } from "vitest";
import { resourcesOf } from "./profiles.support.ts";

const repository = "octocat@583231/coffee@1296269";
const roles = rolesOf({ GitHubRepository: repository });

function rolesOf(parameters: { readonly [name: string]: string }): ReadonlyMap<string, Role> {
  return new Map(
    resourcesOf("standard", { access: parameters })
      .filter(({ template, type }) => template === "access" && type === "AWS::IAM::Role")
      .map(({ logicalId, properties }) => [logicalId, readable<Role>(properties)]),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}
interface Role {
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly (Statement & { Principal: object })[] };
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

test("without environments, each workflow file that uses a role may assume it, and no other one", () => {
  const workflows = join(import.meta.dirname, "../.github/workflows");
  const using = (wanted: RegExp, excluded: RegExp) =>
    readdirSync(workflows).filter((file) => {
      const text = readFileSync(join(workflows, file), "utf8");
      return wanted.test(text) && !excluded.test(text);
    });
  const files = (name: string) => [
    ...new Set(
      JSON.stringify(roles.get(name)?.AssumeRolePolicyDocument).match(/[\w-]+\.yml(?=@refs\/heads\/main)/g),
    ),
  ];
  const [toDeploy, toProvision] = [/vars\.AWS_ROLE_TO_ASSUME/, /vars\.AWS_ROLE_TO_PROVISION/];
  expect(files("GitHubDeployRole").sort()).toEqual(using(toDeploy, toProvision).sort());
  expect(files("GitHubProvisionRole").sort()).toEqual(using(toProvision, /^$/).sort());
});

// The workflows move no schedules.
const open = {
  schedules: "",
  codedeploy: "*",
  ecs: "*",
  service: "*",
  repository: "*",
  tags: "*",
  autoscaling: "*",
};
const deploying =
  "build-image tag-image render-task-definition run-task deploy-service rollback-service scale-service measure-scaling mirror-source follow-pipeline".split(
    " ",
  );

test.each<[role: string, uses: Record<string, InputTexts>, without: string[], also: RegExp]>([
  [
    "GitHubDeployRole",
    {
      ...Object.fromEntries(
        deploying.map((action) => [action, { ...open, mode: "apply", start: "*", "pin-images": "*" }]),
      ),
      "provision-stack": { mode: "outputs", "existing-resources": "fail" },
    },
    // The services have no hooks, and no parameters among their secrets.
    ["logs:FilterLogEvents", "ssm:GetParameters"],
    // Better messages.
    /^(ecs:List(Clusters|Services)|ecr:ListImages|codepipeline:ListPipelines|iam:SimulatePrincipalPolicy)$/,
  ],
  [
    "GitHubPlanRole",
    {
      "provision-stack": { mode: "plan", "existing-resources": "fail" },
      "deploy-service": { ...open, mode: "plan" },
    },
    // Reads layers, which code of a pull request may not. Without it, the platform of images is not checked.
    ["ecr:GetDownloadUrlForLayer"],
    // Names in use, whose calls access-roles.test.ts records.
    /^(cloud9|codecommit|codepipeline):|^cloudwatch:GetDashboard|^codedeploy:GetApplication$|:DescribeClusters/,
  ],
])("%s may do what the table lists for its actions, and no more", (role, uses, without, also) => {
  const needed = Object.entries(uses).flatMap(([action, inputs]) =>
    permissionsOf(action)
      .filter((row) => !row.optional && isNeeded(row, inputs))
      .flatMap(({ actions }) => actions.split(" ")),
  );
  const allowed = allowedTo(role);
  expect.soft([...new Set(needed)].filter((action) => !allowed.includes(action)).sort()).toEqual(without);
  expect.soft(allowed.filter((action) => !needed.includes(action) && !also.test(action))).toEqual([]);
});

test("the plan role cannot delete an applied stack: only the provision role lifts the termination protection", () => {
  const lifts = (name: string) =>
    allowedTo(name).some((action) => /^cloudformation:(\*|UpdateTerminationProtection)$/.test(action));
  expect([...roles.keys()].filter(lifts)).toEqual(["GitHubProvisionRole"]);
});

test.each([
  ["GitHubPlanRole", "cloudformation:DeleteStack"],
  ["GitHubDeployRole", "cloudformation:DescribeStacks"],
])("%s may not %s of this stack", (name, Action) => {
  const Resource = expect.stringMatching(/:stack\/.*access\/\*$/);
  expect(statementsOf(name)).toContainEqual({ Effect: "Deny", Action, Resource });
});

/** Actions of the policies of AWS that the templates attach. Source: AWS managed policy reference guide. */
const actionsOfAws =
  "ecs:DescribeServices ecs:CreateTaskSet ecs:UpdateServicePrimaryTaskSet ecs:DeleteTaskSet elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeListeners elasticloadbalancing:ModifyListener elasticloadbalancing:DescribeRules elasticloadbalancing:ModifyRule cloudwatch:DescribeAlarms s3:GetObject s3:GetObjectVersion ssm:UpdateInstanceInformation ssm:ListAssociations ssm:ListInstanceAssociations ssmmessages:CreateControlChannel ssmmessages:OpenDataChannel ec2messages:GetMessages";

test("each created role has the boundary, which allows what the roles may do, and nothing of IAM but PassRole", () => {
  const resources = resourcesOf("standard", {
    access: { GitHubRepository: repository },
    pipeline: { Sources: "ready" },
  });
  const made = resources.filter(({ type, template }) => type === "AWS::IAM::Role" && template !== "access");
  expect(made.filter(({ properties }) => !("PermissionsBoundary" in properties))).toEqual([]);
  const limit = resources.find(({ type }) => type === "AWS::IAM::ManagedPolicy");
  const { PolicyDocument } = readable<Role["Policies"][0]>(limit?.properties);
  const allowed = PolicyDocument.Statement.flatMap(({ Action }) => Action);
  const isAllowed = (action: string) =>
    allowed.some((each) => each === action || (each.endsWith("*") && action.startsWith(each.slice(0, -1))));
  const policies = made.flatMap(({ properties }) => readable<Partial<Role>>(properties).Policies ?? []);
  const needed = policies.flatMap((each) => each.PolicyDocument.Statement.flatMap(({ Action }) => Action));
  expect(needed.length).toBeGreaterThan(20);
  expect([...needed, ...actionsOfAws.split(" ")].filter((action) => !isAllowed(action))).toEqual([]);
  expect(allowed.filter((action) => /^(iam|sts|\*):?/.test(action))).toEqual(["iam:PassRole"]);
  expect(JSON.stringify(PolicyDocument).length).toBeLessThan(6144);
});

test("the provision role makes and changes roles only with the boundary, which it cannot change or remove", () => {
  const isLimited = ({ Condition }: Statement) =>
    JSON.stringify(Condition) === '{"StringEquals":{"iam:PermissionsBoundary":"access/Boundary"}}';
  const granting =
    /^(\*|iam:(\*|.*User.*|Create(Role|Policy.*)|(Attach|Put).*|UpdateAssume.*|Set.*|DeletePolicy.*|DeleteRolePerm.*))$/;
  const free = statementsOf("GitHubProvisionRole").filter(
    (each) => each.Effect === "Allow" && !isLimited(each),
  );
  expect(free.flatMap(({ Action }) => Action).filter((action) => granting.test(action))).toEqual([]);
  expect(allowedTo("GitHubProvisionRole")).toContain("iam:PutRolePolicy");
  const denied = statementsOf("GitHubProvisionRole").filter(({ Action }) => Action === "iam:*");
  expect(denied.flatMap(({ Resource }) => Resource)).toContain("access/Boundary");
});

test("the provision role gives no user data to a server outside the stacks, whose role has no boundary", () => {
  const denied = statementsOf("GitHubProvisionRole").filter(
    ({ Effect, Action }) => Effect === "Deny" && Action.includes("ec2:ModifyInstanceAttribute"),
  );
  const key = "aws:ResourceTag/aws:cloudformation:stack-name";
  expect(denied.map(({ Condition }) => Condition)).toEqual([{ StringNotLike: { [key]: "microservices-*" } }]);
});

test("a role's own policies fit into IAM's limit of 10,240 characters", () => {
  for (const [name, { Policies }] of roles) {
    const size = Policies.map(({ PolicyDocument }) => JSON.stringify(PolicyDocument).length);
    expect(
      size.reduce((sum, each) => sum + each, 0),
      name,
    ).toBeLessThan(10_240);
  }
});

function statementsOf(name: string): Statement[] {
  return roles.get(name)?.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) ?? [];
}

function allowedTo(name: string): string[] {
  const allowing = statementsOf(name).filter(({ Effect }) => Effect === "Allow");
  return allowing.flatMap(({ Action }) => Action);
}

/** Replaces values known only to AWS with text. */
function readable<Properties>(properties: unknown): Properties {
  const text = JSON.stringify(properties, (_, value) => (isKnown(value) ? value : describeValue(value)));
  return JSON.parse(text);
}
