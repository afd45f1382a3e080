import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeValue, isKnown } from "@ecs-delivery/actions/cloudformation/values";
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
  const files = (name: string) =>
    JSON.stringify(roles.get(name)?.AssumeRolePolicyDocument).match(/[\w-]+\.yml(?=@refs\/heads\/main)/g);
  const [toDeploy, toProvision] = [/vars\.AWS_ROLE_TO_ASSUME/, /vars\.AWS_ROLE_TO_PROVISION/];
  expect(files("GitHubDeployRole")?.sort()).toEqual(using(toDeploy, toProvision).sort());
  expect(files("GitHubProvisionRole")?.sort()).toEqual(using(toProvision, /^$/).sort());
});

test("the deploy role may do what the actions of the deploying workflows call", () => {
  const needed = [
    "build-image",
    "tag-image",
    "render-task-definition",
    "run-task",
    "deploy-service",
    "rollback-service",
    "scale-service",
    "measure-scaling",
    "mirror-source",
    "follow-pipeline",
  ];
  const called = [...needed, "delivery", "ecs", "registry"].flatMap((folder) => callsIn(`actions/${folder}`));
  const allowed = allowedTo("GitHubDeployRole");
  expect([...new Set(called)].filter((action) => !allowed.includes(action)).sort()).toEqual(notNeeded);
});

/** Permissions for optional features of those actions that the workflows of this repository do not use. */
const notNeeded = [
  // Repositories are created by registry.yaml.
  "ecr:CreateRepository",
  "ecr:PutLifecyclePolicy",
  // The input deregister-old-revisions is not given here.
  "ecs:DeregisterTaskDefinition",
  // The task definitions here have no parameters among their secrets.
  "ssm:GetParameters",
].sort();

test("the plan role may make the calls of planning, and changes only what it can revert", () => {
  const parts = ["plan/", "set/", "stack/change-set", "stack/stack", "apply/recover-stack"];
  const called = callsIn("actions/provision-stack/src", parts);
  const allowed = allowedTo("GitHubPlanRole");
  expect(called.filter((action) => !allowed.includes(action)).sort()).toEqual([
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:RollbackStack",
  ]);
  expect(allowed.filter((action) => !/:(BatchGet|Describe|Get|List)/.test(action)).sort()).toEqual([
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
  ]);
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

test("the provision role may do what provision-stack calls", () => {
  const patterns = allowedTo("GitHubProvisionRole").map((action) => action.replaceAll("*", ".*"));
  const allowed = new RegExp(`^(${patterns.join("|")})$`);
  const called = callsIn("actions/provision-stack/src");
  expect(called.length).toBeGreaterThan(20);
  expect(called.filter((action) => !allowed.test(action))).toEqual([]);
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

/** Returns IAM's names of the SDK calls in a folder's sources, or only in those whose path begins with a part. */
function callsIn(folder: string, parts: readonly string[] = [""]): string[] {
  const root = resolve(import.meta.dirname, "..", folder);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  return files
    .filter(
      (file) =>
        parts.some((part) => file.startsWith(part)) &&
        file.endsWith(".ts") &&
        !/(^|[/-])test(s|ing)?\b|fault-matrix|for-tests|\bsupport\b/.test(file),
    )
    .flatMap((file) => callsOf(readFileSync(join(root, file), "utf8")));
}

/** Client package → IAM's prefix of the service. */
const prefixes: { readonly [client: string]: string } = {
  "application-auto-scaling": "application-autoscaling",
  "cloudwatch-logs": "logs",
  "elastic-load-balancing-v2": "elasticloadbalancing",
  "secrets-manager": "secretsmanager",
};

function callsOf(source: string): string[] {
  const imports = source.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"@aws-sdk\/client-([\w-]+)"/g);
  return [...imports].flatMap(([, names = "", client = ""]) =>
    [...names.matchAll(/\b(?:paginate)?([A-Z]\w+?)(?:Command)?\b(?=\s*,|\s*$)/g)]
      .filter(([name]) => /^paginate|Command$/.test(name))
      .map(([, operation]) => `${prefixes[client] ?? client}:${operation}`),
  );
}

/** Replaces values known only to AWS with text. */
function readable<Properties>(properties: unknown): Properties {
  const text = JSON.stringify(properties, (_, value) => (isKnown(value) ? value : describeValue(value)));
  return JSON.parse(text);
}
