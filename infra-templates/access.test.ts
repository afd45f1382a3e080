import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeValue, isKnown } from "../actions/cloudformation/values.ts";
import { createTokenIssuer, githubIssuer } from "../lab/src/runner/jobs/token-issuer.ts";
import { startTestSimulator } from "../simulator/src/test-simulator.support.ts";
import { read, resourcesOf } from "./profiles.support.ts";
import { outcome, physicalIds, updateParameters } from "./stacks.support.ts";

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

const issuer = await createTokenIssuer();
const simulator = await startTestSimulator({ identityKeys: { [githubIssuer]: issuer.keys } });
const StackName = "microservices-access";
beforeAll(async () => {
  const Parameters = [{ ParameterKey: "GitHubRepository", ParameterValue: repository }];
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
  const TemplateBody = read("access.yaml");
  await simulator.aws.cloudformation.createStack({ StackName, TemplateBody, Capabilities, Parameters });
  expect(await outcome(simulator, StackName)).toEqual({ status: "CREATE_COMPLETE", failures: [] });
});
afterAll(() => simulator.close());

const own = "octocat/coffee/.github/workflows";
const at = (ref: string, file = "deploy-service.yml") => `${own}/${file}@${ref}`;
const main = "refs/heads/main";
const called = (file: string, ref = "refs/tags/v1") => `OWNER/ecs-delivery/.github/workflows/${file}@${ref}`;

/** A token with GitHub's claims, as the rehearsal's issuer signs it. */
function tokenOf(environment: string, ref: string, file: string, of: string): string {
  const branch = ref.startsWith("refs/pull/") ? "pull_request" : `ref:${ref}`;
  const now = Math.floor(simulator.clock.now().getTime() / 1000);
  return issuer.sign({
    ...{ iss: githubIssuer, aud: "sts.amazonaws.com", exp: now + 300, iat: now, nbf: now - 600 },
    ...{ sub: `repo:${of}:${environment ? `environment:${environment}` : branch}`, ref },
    ...{
      repository: of.replaceAll(/@\d+/g, ""),
      job_workflow_ref: file,
      ...(environment && { environment }),
    },
  });
}

/** Environment, ProvisionEnvironment and WorkflowSource. */
const forms: Readonly<Record<string, readonly [string, string, string]>> = {
  two: ["production", "infrastructure", ""],
  one: ["production", "production", ""],
  none: ["", "", ""],
  called: ["", "", "OWNER/ecs-delivery@refs/tags/v1"],
};
const pull = "refs/pull/1/merge";
const other = "refs/heads/x";
type Token = [form: string, environment: string, ref: string, file: string, opened: string, of?: string];
const tokens: readonly Token[] = [
  ["two", "production", main, at(main), "Deploy"],
  ["two", "infrastructure", main, at(main, "provision.yml"), "Provision"],
  ["two", "", main, at(main), "Plan"],
  ["two", "", pull, at(pull, "plan.yml"), "Plan"],
  ["two", "production", other, at(other), ""],
  ["two", "infrastructure", other, at(other), ""],
  ["two", "production", pull, at(pull), ""],
  ["two", "production2", main, at(main), ""],
  ["two", "production", main, at(main), "", "octocat@583231/tea@2"],
  ["two", "production", main, at(main), "", "octocat/coffee"],
  ["one", "production", main, at(main), "Deploy"],
  ["one", "production", main, at(main, "provision.yml"), "Deploy Provision"],
  ["one", "production", other, at(other, "provision.yml"), ""],
  ["none", "", main, at(main), "Deploy Plan"],
  ["none", "", main, at(main, "teardown.yml"), "Plan Provision"],
  ["none", "", main, at(main, "ci.yml"), "Plan"],
  ["none", "", main, called("deploy-service.yml", main), "Plan"],
  ["none", "", pull, at(pull), "Plan"],
  ["none", "", other, at(other), ""],
  ["none", "production", main, at(main), ""],
  ["none", "", main, at(main), "", "octocat@583231/tea@2"],
  ["called", "", main, called("deploy-service.yml"), "Deploy Plan"],
  ["called", "", main, called("provision.yml"), "Plan Provision"],
  ["called", "", main, at(main, "deploy.yml"), "Deploy Plan"],
  ["called", "", main, at(main), "Plan"],
  ["called", "", main, called("deploy-service.yml", "refs/tags/v2"), "Plan"],
];

test.each(Object.entries(forms))("in the form '%s', a token opens its roles only", async (form, given) => {
  const [Environment, ProvisionEnvironment, WorkflowSource] = given;
  await updateParameters(simulator, StackName, { Environment, ProvisionEnvironment, WorkflowSource });
  expect(await outcome(simulator, StackName)).toEqual({ status: "UPDATE_COMPLETE", failures: [] });
  const ids = await physicalIds(simulator, StackName);
  const opens = async (name: string, WebIdentityToken: string) => {
    const RoleArn = `arn:aws:iam::123456789012:role/${ids[`GitHub${name}Role`]}`;
    const request = { RoleArn, RoleSessionName: "GitHubActions", WebIdentityToken };
    return simulator.aws.sts.assumeRoleWithWebIdentity(request).then(
      () => [name],
      ({ message }: Error) => (/^Not authorized to perform/.test(message) ? [] : [message]),
    );
  };
  for (const [, environment, ref, file, expected, of = repository] of tokens.filter(
    ([each]) => each === form,
  )) {
    const token = tokenOf(environment, ref, file, of);
    const opened = await Promise.all(["Deploy", "Plan", "Provision"].map((name) => opens(name, token)));
    expect(opened.flat().join(" "), `${of} ${environment} ${file}`).toBe(expected);
  }
});

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
  // Repositories are created by registry.yaml and pipeline.yaml.
  "codecommit:CreateRepository",
  "ecr:CreateRepository",
  "ecr:PutLifecyclePolicy",
  // The input deregister-old-revisions is not given here.
  "ecs:DeregisterTaskDefinition",
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
