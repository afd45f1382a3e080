import { createTokenIssuer, githubIssuer } from "@ecs-delivery/lab/runner/jobs/token-issuer";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { read } from "./profiles.support.ts";
import { outcome, physicalIds, updateParameters } from "./stacks.support.ts";

const repository = "octocat@583231/coffee@1296269";
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
  ["called", "", main, at(main, "rollback.yml"), "Deploy Plan"],
  ["called", "", main, at(main, "provision.yml"), "Plan Provision"],
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
