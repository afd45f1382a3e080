import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { deployAliases } from "./deploy-service/src/inputs.ts";
import { renderAliases } from "./render-task-definition/src/inputs.ts";
import { runAliases } from "./run-task/src/inputs.ts";

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
  "%s has the names of the official action",
  (action, { inputs, outputs }) => {
    const ours = read(action);
    expect(Object.keys(ours.inputs)).toEqual(expect.arrayContaining(inputs.split(" ")));
    expect(Object.keys(ours.outputs)).toEqual(expect.arrayContaining(outputs.split(" ")));
  },
);

test.each<[string, Readonly<Record<string, string>>]>([
  ["deploy-service", deployAliases],
  ["render-task-definition", renderAliases],
  ["run-task", runAliases],
])("the other names of %s are deprecated, and no default counts as given", (action, aliases) => {
  const { inputs } = read(action);
  for (const [alias, name] of Object.entries(aliases)) {
    expect(inputs[alias]?.deprecationMessage).toContain(name);
    expect(inputs[name]).toBeDefined();
    for (const each of [alias, name]) expect(inputs[each]).not.toHaveProperty("default");
  }
});
