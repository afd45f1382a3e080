import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { deployAliases, readDeployInputs } from "./deploy-service/src/inputs.ts";
import { readRenderInputs, renderAliases } from "./render-task-definition/src/inputs.ts";
import { readRunInputs } from "./run-task/src/inputs.ts";

interface ActionFile {
  readonly inputs: Record<string, { default?: string; required?: boolean; deprecationMessage?: string }>;
  readonly outputs: Record<string, unknown>;
}

const read = (action: string) =>
  parse(readFileSync(new URL(`${action}/action.yml`, import.meta.url), "utf8")) as ActionFile;

/** Inputs and outputs of the official actions, from their action.yml at 2.6.3, 1.9.0 and 6.2.3. */
const official = {
  "deploy-service": {
    inputs:
      "task-definition desired-count service cluster wait-for-service-stability wait-for-minutes wait-max-delay-seconds codedeploy-appspec codedeploy-application codedeploy-deployment-group codedeploy-deployment-description codedeploy-deployment-config force-new-deployment service-managed-ebs-volume-name service-managed-ebs-volume enable-ecs-managed-tags propagate-tags keep-null-value-keys max-retries",
    outputs: "task-definition-arn codedeploy-deployment-id",
  },
  "run-task": {
    inputs:
      "task-definition cluster run-task-container-overrides run-task-security-groups run-task-subnets run-task-assign-public-IP run-task-capacity-provider-strategy run-task-launch-type run-task-started-by run-task-tags run-task-managed-ebs-volume-name run-task-managed-ebs-volume wait-for-task-stopped wait-for-minutes enable-ecs-managed-tags",
    outputs: "run-task-arn",
  },
  "render-task-definition": {
    inputs:
      "task-definition task-definition-arn task-definition-family task-definition-revision container-name image environment-variables log-configuration-log-driver log-configuration-options docker-labels command task-role-arn execution-role-arn env-files secrets",
    outputs: "task-definition",
  },
  "log-in-to-aws": {
    inputs:
      "aws-region role-to-assume aws-access-key-id aws-secret-access-key aws-session-token web-identity-token-file role-chaining audience http-proxy no-proxy mask-aws-account-id role-duration-seconds role-external-id role-session-name role-skip-session-tagging transitive-tag-keys inline-session-policy managed-session-policies output-credentials output-env-credentials unset-current-credentials disable-retry retry-max-attempts special-characters-workaround use-existing-credentials allowed-account-ids action-timeout-s custom-tags sts-endpoint aws-profile overwrite-aws-profile",
    outputs: "aws-account-id aws-access-key-id aws-secret-access-key aws-session-token aws-expiration",
  },
};

test.each(Object.entries(official))(
  "has the names of the official action in %s",
  (action, { inputs, outputs }) => {
    const ours = read(action);
    expect(Object.keys(ours.inputs)).toEqual(expect.arrayContaining(inputs.split(" ")));
    expect(Object.keys(ours.outputs)).toEqual(expect.arrayContaining(outputs.split(" ")));
  },
);

test.each<[string, Readonly<Record<string, string>>]>([
  ["deploy-service", deployAliases],
  ["render-task-definition", renderAliases],
])("deprecates the other names of %s, and counts no default as given", (action, aliases) => {
  const { inputs } = read(action);
  for (const [alias, name] of Object.entries(aliases)) {
    expect(inputs[alias]?.deprecationMessage).toContain(name);
    expect(inputs[name]).toBeDefined();
    for (const each of [alias, name]) expect(inputs[each]).not.toHaveProperty("default");
  }
});

const volume = '{"sizeInGiB":20,"roleArn":"arn:aws:iam::123456789012:role/ebs"}';

/** For each reader: inputs that suffice, and a non-default value for each input of the official action. */
const readers: Readonly<Record<string, { read: Read; base: Inputs; values: Inputs }>> = {
  "deploy-service": {
    read: readDeployInputs,
    base: {
      "task-definition": "package.json",
      service: "web",
      "service-managed-ebs-volume-name": "data",
      "service-managed-ebs-volume": volume,
    },
    values: {
      "task-definition": "tsconfig.json",
      "desired-count": "3",
      service: "api",
      cluster: "main",
      "wait-for-service-stability": "false",
      "wait-for-minutes": "60",
      "codedeploy-appspec": "tsconfig.json",
      "codedeploy-application": "App",
      "codedeploy-deployment-group": "Group",
      "codedeploy-deployment-description": "Release 7",
      "codedeploy-deployment-config": "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
      "force-new-deployment": "TRUE",
      "service-managed-ebs-volume-name": "other",
      "service-managed-ebs-volume": volume.replace("20", "30"),
      "enable-ecs-managed-tags": "true",
      "propagate-tags": "SERVICE",
      "keep-null-value-keys": "tag",
    },
  },
  "run-task": {
    read: readRunInputs,
    base: {
      "task-definition": "web:1",
      "run-task-subnets": "subnet-1",
      "run-task-managed-ebs-volume-name": "data",
      "run-task-managed-ebs-volume": volume,
    },
    values: {
      "task-definition": "web:2",
      cluster: "main",
      "run-task-container-overrides": '[{"name":"web","command":["true"]}]',
      "run-task-security-groups": "sg-1",
      "run-task-subnets": "subnet-1, subnet-2",
      "run-task-assign-public-IP": "ENABLED",
      "run-task-capacity-provider-strategy": '[{"capacityProvider":"FARGATE_SPOT"}]',
      "run-task-launch-type": "EC2",
      "run-task-started-by": "migration",
      "run-task-tags": '[{"key":"team","value":"coffee"}]',
      "run-task-managed-ebs-volume-name": "other",
      "run-task-managed-ebs-volume": volume.replace("20", "30"),
      "wait-for-task-stopped": "false",
      "wait-for-minutes": "60",
      "enable-ecs-managed-tags": "true",
    },
  },
  "render-task-definition": {
    read: readRenderInputs,
    base: { "task-definition-family": "web" },
    values: {
      "task-definition": "package.json",
      "task-definition-arn": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7",
      "task-definition-family": "api",
      "task-definition-revision": "7",
      "container-name": "web",
      image: "web:2",
      "environment-variables": "A=1",
      "log-configuration-log-driver": "awslogs",
      "log-configuration-options": "awslogs-group=web",
      "docker-labels": "team=coffee",
      command: "npm start",
      "task-role-arn": "arn:aws:iam::123456789012:role/task",
      "execution-role-arn": "arn:aws:iam::123456789012:role/execution",
      "env-files": "arn:aws:s3:::bucket/web.env",
      secrets: "A=arn:aws:ssm:us-east-1:123456789012:parameter/a",
    },
  },
};
type Inputs = Readonly<Record<string, string>>;
type Read = (getInput: (name: string) => string) => object;

/** Settings for polling and retries of the official action; these actions choose both themselves. */
const withoutMeaning = ["wait-max-delay-seconds", "max-retries"];

function outcome(read: Read, inputs: Inputs): unknown {
  try {
    return read((name) => inputs[name] ?? "");
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(Object.entries(readers))(
  "keeps every input of the official action in %s: each changes what is done, or is refused",
  (action, { read, base, values }) => {
    const names = official[action as keyof typeof official].inputs.split(" ");
    const without = outcome(read, base);
    expect(without).toBeTypeOf("object");
    const lost = names.filter((name) => {
      const value = values[name];
      if (value === undefined) return !withoutMeaning.includes(name);
      return isDeepStrictEqual(outcome(read, { ...base, [name]: value }), without);
    });
    expect(lost).toEqual([]);
  },
);

test("passes every input of the official action on in log-in-to-aws", () => {
  const text = readFileSync(new URL("log-in-to-aws/action.yml", import.meta.url), "utf8");
  const steps = text.slice(text.indexOf("uses: aws-actions/configure-aws-credentials@"));
  for (const name of official["log-in-to-aws"].inputs.split(" "))
    expect(steps).toMatch(new RegExp(`^ +${name}: .*inputs\\.${name}\\b`, "m"));
});
