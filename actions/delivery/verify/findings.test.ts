import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeployInputs } from "../inputs.ts";
import { createStage, type Stage, trustOf } from "../stage.support.ts";

let stage: Stage;
const secrets: Record<string, string> = {};
beforeAll(async () => {
  stage = await createStage();
  const { iam, secretsmanager, ssm } = stage.simulator.aws;
  await iam.createRole({
    RoleName: "stranger",
    AssumeRolePolicyDocument: JSON.stringify(trustOf("ec2.amazonaws.com")),
  });
  for (const Name of ["kept", "deleted"])
    secrets[Name] = (await secretsmanager.createSecret({ Name, SecretString: '{"password":"x"}' })).ARN ?? "";
  await secretsmanager.deleteSecret({ SecretId: "deleted" });
  for (const Name of ["/web/password", ...Array.from({ length: 11 }, (_, index) => `p${index}`)])
    await ssm.putParameter({ Name, Value: "x", Type: Name === "p1" ? "SecureString" : "String" });
});
afterAll(() => stage?.close());

interface Container {
  name: string;
  image: string;
  portMappings: object[];
  secrets?: { name: string; valueFrom: string }[];
  logConfiguration: { logDriver: string; options: Record<string, string> };
}
type Definition = Record<string, unknown> & { containerDefinitions: [Container] };

/** Plans with a changed task definition; returns findings, log and error. */
async function plan(change: (definition: Definition) => void, changes: Partial<DeployInputs> = {}) {
  const definition = JSON.parse(await readFile(await stage.taskDefinition("1"), "utf8")) as Definition;
  change(definition);
  return stage.deploy(
    "planned",
    { mode: "plan", ...changes },
    { definition: { executionRoleArn: undefined, ...definition } },
  );
}

const container = (change: (container: Container) => void) => (definition: Definition) =>
  change(definition.containerDefinitions[0]);
const image = (rename: (name: string) => string) =>
  container((web) => {
    web.image = rename(web.image);
  });
const role =
  (arn: string, key = "taskRoleArn") =>
  (definition: Definition) => {
    definition[key] = arn;
  };
const parameters = "arn:aws:ssm:us-east-1:123456789012:parameter";
const secret = (valueFrom: (arn: string) => string, name = "kept") =>
  container((web) => {
    web.secrets = [{ name: "PASSWORD", valueFrom: valueFrom(secrets[name] ?? "") }];
  });

test("logs nothing when it has nothing to report", async () => {
  const { record, error, lines } = await plan(() => {});
  expect(error).toBeUndefined();
  expect(record.findings).toEqual([]);
  expect(lines).not.toContain("Could not check");
  expect(record.status).toBe("planned");
});

test.each<[string, (definition: Definition) => void, RegExp, RegExp]>([
  [
    "an image with a missing tag",
    image((name) => name.replace(/@.*/, ":none")),
    /^image \S+web:none is not in ECR$/,
    /^push it, or use an existing one/,
  ],
  [
    "an image with a missing digest",
    image((name) => name.replace(/@.*/, `@sha256:${"0".repeat(64)}`)),
    /^image \S+web@sha256:0+ is not in ECR$/,
    /push it/,
  ],
  [
    "an invalid image name",
    image(() => "Web:one:two"),
    /^"Web:one:two" is not a valid image name$/,
    /write <repository>:<tag>/,
  ],
  [
    "an image for another architecture",
    (definition) => {
      definition.runtimePlatform = { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" };
    },
    /^image \S+ is built for linux\/amd64, but tasks run on linux\/arm64$/,
    /build it for linux\/arm64, or set the task definition's runtimePlatform/,
  ],
  [
    "a missing role",
    role("arn:aws:iam::123456789012:role/apps/none"),
    /^role none \(taskRoleArn\) does not exist$/,
    /create it, or set taskRoleArn to an existing role/,
  ],
  [
    "a role that ECS tasks may not assume",
    role("arn:aws:iam::123456789012:role/stranger", "executionRoleArn"),
    /^role stranger \(executionRoleArn\) does not trust ecs-tasks\.amazonaws\.com/,
    /allow sts:AssumeRole to the service ecs-tasks\.amazonaws\.com/,
  ],
  [
    "a role of another account",
    role("arn:aws:iam::999999999999:role/execution"),
    /^taskRoleArn is a role of account 999999999999, the service is in 123456789012$/,
    /use a role of account 123456789012/,
  ],
  [
    "a user in place of a role",
    role("arn:aws:iam::123456789012:user/web"),
    /^taskRoleArn is not a valid role ARN/,
    /^write arn:aws:iam::123456789012:role\/<name>/,
  ],
  [
    "a role's ARN without the kind of resource",
    role("arn:aws:iam::123456789012:web"),
    /^taskRoleArn is not a valid role ARN/,
    /^write arn:aws:iam::123456789012:role\/web/,
  ],
  [
    "no execution role where Fargate needs one",
    (definition) => void delete definition.executionRoleArn,
    /taskdef-planned\.json: executionRoleArn is absent, and needed to write the log of web$/,
    /AmazonECSTaskExecutionRolePolicy/,
  ],
  [
    "a missing log group",
    container(({ logConfiguration }) => {
      logConfiguration.options["awslogs-group"] = "we";
    }),
    /^log group we in us-east-1, to which container web writes, does not exist$/,
    /aws logs create-log-group --log-group-name we --region us-east-1\), or set .* awslogs-create-group/,
  ],
  [
    "a missing secret",
    secret((arn) => arn.replace("kept", "none")),
    /^secret PASSWORD of container web does not exist: arn:/,
    /create it, or correct valueFrom/,
  ],
  [
    "a JSON key without its last colons",
    secret((arn) => `${arn}:password`),
    /^secret PASSWORD of container web is arn:\S+:password, which ECS cannot read$/,
    /<json-key>:<version-stage>:<version-id>; .* colons stay/,
  ],
  [
    "a secret about to be deleted",
    secret((arn) => arn, "deleted"),
    /^secret PASSWORD of container web is marked for deletion$/,
    /restore-secret/,
  ],
  [
    "a stage that no version has",
    secret((arn) => `${arn}:password:AWSPREVIOUS:`),
    /has no version with the stage AWSPREVIOUS$/,
    /AWSCURRENT/,
  ],
  [
    "a missing version",
    secret((arn) => `${arn}:password::00000000-0000-0000-0000-000000000000`),
    /has no version 00000000-/,
    /use an existing version/,
  ],
  [
    "a missing parameter",
    secret(() => "/web/none"),
    /^secret PASSWORD of container web does not exist: \/web\/none$/,
    /aws ssm put-parameter/,
  ],
  [
    "a missing parameter by its ARN",
    secret(() => `${parameters}/none`),
    /^secret PASSWORD of container web does not exist: arn:\S+:parameter\/none$/,
    /correct valueFrom/,
  ],
  [
    "a value that is neither secret nor parameter",
    secret(() => "arn:aws:s3:::bucket/secret"),
    /which names neither a secret nor a parameter$/,
    /parameter's name or ARN/,
  ],
])("finds %s and shows its fix", async (_, change, text, fix) => {
  const { record, error } = await plan(change);
  expect(record.findings).toEqual([{ text: expect.stringMatching(text), fix: expect.stringMatching(fix) }]);
  expect(error?.message).toMatch(text);
  expect(error?.nextStep).toMatch(fix);
  expect(error?.nextStep).toMatch(/nothing was changed\.$/);
});

test.each<[string, (definition: Definition) => void]>([
  [
    "a log group that the driver creates",
    container(({ logConfiguration }) => {
      Object.assign(logConfiguration.options, { "awslogs-group": "new", "awslogs-create-group": "true" });
    }),
  ],
  ["a JSON key of a secret, whose value is not read", secret((arn) => `${arn}:any-key::`)],
  ["a stage that a version has", secret((arn) => `${arn}::AWSCURRENT:`)],
  ["a parameter by its name", secret(() => "/web/password")],
  ["a parameter by its ARN", secret(() => `${parameters}/web/password`)],
  [
    "more parameters than one request reads, and an encrypted one",
    container((web) => {
      web.secrets = Array.from({ length: 11 }, (_, index) => ({ name: `P${index}`, valueFrom: `p${index}` }));
    }),
  ],
])("accepts %s", async (_, change) => {
  const { record, error } = await plan(change);
  expect(error).toBeUndefined();
  expect(record.findings).toEqual([]);
});

test("does not check an image of another registry, and says so in the log", async () => {
  const { record, error, lines } = await plan(image(() => "public.ecr.aws/nginx/nginx:1.29"));
  expect(error).toBeUndefined();
  expect(record.findings).toEqual([{ text: expect.any(String), kind: "note" }]);
  expect(lines).toContain(
    "Image public.ecr.aws/nginx/nginx is not in this account's ECR: it was not checked",
  );
});

test("reports all faults together, and registers and deploys nothing", async () => {
  const before = await stage.simulator.aws.ecs.listTaskDefinitions({});
  const { record, error } = await plan(
    (definition) => {
      definition.taskRoleArn = "arn:aws:iam::123456789012:role/none";
      const [web] = definition.containerDefinitions;
      web.image = web.image.replace(/@.*/, ":none");
      web.logConfiguration.options["awslogs-group"] = "none";
      web.secrets = [{ name: "PASSWORD", valueFrom: `${secrets.kept}:key` }];
    },
    { mode: "apply", codeDeployDeploymentGroup: "none" },
  );
  expect(error?.message).toMatch(
    /^5 things to correct: .*no deployment group none.*; .*image .* is not in ECR.*; .*role none .*; .*log group none.*; .*which ECS cannot read/,
  );
  expect(record.findings).toHaveLength(5);
  expect(await stage.simulator.aws.ecs.listTaskDefinitions({})).toEqual(before);
});
