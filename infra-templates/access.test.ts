import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { describeValue, isKnown } from "../actions/shared/cloudformation/values.ts";
import { resourcesOf } from "./profiles.support.ts";

const repository = "octocat@583231/coffee@1296269";
const roles = rolesOf({ GitHubRepository: repository });

function rolesOf(parameters: { readonly [name: string]: string }): ReadonlyMap<string, Role> {
  return new Map(
    resourcesOf("standard", { access: parameters })
      .filter(({ template, type }) => template === "access" && type === "AWS::IAM::Role")
      .map(({ logicalId, properties }) => [
        logicalId,
        JSON.parse(JSON.stringify(properties, openAsText)) as Role,
      ]),
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

test.each<[string, string | string[]]>([
  ["GitHubDeployRole", `repo:${repository}:ref:refs/heads/main`],
  ["GitHubProvisionRole", `repo:${repository}:ref:refs/heads/main`],
  ["GitHubPlanRole", [`repo:${repository}:pull_request`, `repo:${repository}:ref:refs/heads/main`]],
])("%s trusts GitHub's tokens for AWS with the subject %s, and nothing else", (name, sub) => {
  expect(roles.get(name)?.AssumeRolePolicyDocument.Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Federated: "access/Provider" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": sub,
        },
      },
    },
  ]);
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
  const called = [...needed, "delivery", "shared/ecs", "shared/registry"].flatMap((folder) =>
    callsIn(`actions/${folder}`),
  );
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
  const statements = roles
    .get("GitHubPlanRole")
    ?.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(statements).toContainEqual({
    Effect: "Deny",
    Action: "cloudformation:DeleteStack",
    Resource: expect.stringContaining("StackId"),
  });
});

test("with an environment, its name is the subject that deployments and provisioning need", () => {
  const subjects = rolesOf({ GitHubRepository: repository, Environment: "production" });
  const sub = (name: string) => JSON.stringify(subjects.get(name)?.AssumeRolePolicyDocument);
  for (const name of ["GitHubDeployRole", "GitHubProvisionRole"]) {
    expect(sub(name)).toContain(`"repo:${repository}:environment:production"`);
    expect(sub(name)).not.toContain("refs/heads");
  }
  expect(sub("GitHubPlanRole")).toContain(`"repo:${repository}:pull_request"`);
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

function allowedTo(name: string): string[] {
  const statements =
    roles.get(name)?.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) ?? [];
  return statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
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
function openAsText(_: string, value: unknown): unknown {
  return isKnown(value) ? value : describeValue(value);
}
