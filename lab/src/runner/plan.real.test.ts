import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { appSpecOf, webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, onTestFinished } from "vitest";
import { createRoles, startGitHub } from "./github.support.ts";
import { createTokenIssuer, githubIssuer } from "./jobs/token-issuer.ts";
import { accessTo, actionsOfProject, filesWithChangedServices } from "./project.support.ts";
import { createTestRepository } from "./test-repository.support.ts";

const planRole = "arn:aws:iam::123456789012:role/plan";

it("comments on a pull request what its merge would change in production, and deploys nothing", async (context) => {
  const issuer = await createTokenIssuer();
  const simulator = await startTestSimulator({ identityKeys: { [githubIssuer]: issuer.keys } });
  context.onTestFinished(() => simulator.close());
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await createRoles(simulator.aws.iam);
  const templates = templatesOf(delivery.repositoryUri);
  for (const [name, TemplateBody] of Object.entries(templates))
    await simulator.aws.cloudformation.createStack({ StackName: `microservices-${name}`, TemplateBody });
  await simulator.clock.until(async () => {
    const { Stacks = [] } = await simulator.aws.cloudformation.describeStacks({});
    return Stacks.every(({ StackStatus }) => StackStatus === "CREATE_COMPLETE");
  });
  const github = await startGitHub();
  context.onTestFinished(github.close);
  const shop = await createTestRepository(await filesOfPlan(templates), {
    workflow: ".github/workflows/plan.yml",
    ...accessTo(simulator),
    issuer,
    secrets: { AWS_ACCESS_KEY_ID: "of another account", AWS_SECRET_ACCESS_KEY: "of another account" },
    vars: { AWS_ROLE_TO_ASSUME: "arn:aws:iam::123456789012:role/absent", AWS_ROLE_TO_PLAN: planRole },
    github: { apiUrl: github.address, token: "token-1" },
  });
  context.onTestFinished(() => shop.remove());
  const base = await shop.commit({ "services/web/app.ts": "1" });
  const head = await shop.commit({ "services/web/app.ts": "2" });
  const result = await (await shop.openPullRequest(base, head))?.result;
  expect(result?.jobs.filter((job) => job.conclusion !== "skipped").map(({ name }) => name)).toEqual([
    "Changed services",
    "web",
  ]);
  expect(result?.conclusion).toBe("success");
  expect(github.comments).toHaveLength(1);
  const body = github.comments[0]?.body;
  for (const shown of ["web: planned, nothing was changed", `/web:${head} |`, " a month (Fargate"])
    expect(body).toContain(shown);
  expect((await simulator.aws.codedeploy.listDeployments({})).deployments).toEqual([]);
});

it.each([
  ["of a fork", "somebody/coffee", /gets no credentials .* push the branch to this repository/],
  ["without a role that plans", undefined, /AWS_ROLE_TO_PLAN is not set.* role that only plans/],
])("comments nothing on a pull request %s, and says why", async (_, fork, why) => {
  const shop = await createTestRepository(await filesOfPlan({}), {
    workflow: ".github/workflows/plan.yml",
    vars: { AWS_ROLE_TO_ASSUME: planRole, ...(fork && { AWS_ROLE_TO_PLAN: planRole }) },
    secrets: { AWS_ACCESS_KEY_ID: "of deployments", AWS_SECRET_ACCESS_KEY: "of deployments" },
  });
  onTestFinished(() => shop.remove());
  const base = await shop.commit({ "services/web/app.ts": "1" });
  const head = await shop.commit({ "services/web/app.ts": "2" });
  const result = await (await shop.openPullRequest(base, head, fork))?.result;
  const ran = result?.jobs.filter((job) => job.conclusion !== "skipped") ?? [];
  expect(ran.map(({ name, conclusion }) => [name, conclusion])).toEqual([["no plan", "success"]]);
  const notice = { level: "notice", message: expect.stringMatching(why) };
  expect(ran[0]?.annotations).toEqual([expect.objectContaining(notice)]);
  expect(ran[0]?.summary).toMatch(why);
});

/** The stacks whose outputs the plan reads. */
const templatesOf = (repositoryUri: string) => {
  const resources =
    'Resources: { Name: { Type: "AWS::SSM::Parameter", Properties: { Type: String, Value: x } } }';
  const outputs = `Outputs: { WebRepositoryUri: { Value: "${repositoryUri}" } }`;
  return { services: `${resources}\n`, registry: `${resources}\n${outputs}\n` };
};

/** plan.yml with the names of the account that the test has. */
async function filesOfPlan(templates: Record<string, string>): Promise<Record<string, string>> {
  const workflow = ".github/workflows/plan.yml";
  const files = await filesWithChangedServices(workflow);
  const definition = webTaskDefinition("<IMAGE1_NAME>");
  const container = { ...definition.containerDefinitions?.[0], name: "web" };
  const named = Object.entries(templates).map(([name, body]) => [`infra-templates/${name}.yaml`, body]);
  return {
    ...files,
    ...(await actionsOfProject([
      "log-in-to-aws",
      "provision-stack",
      "render-task-definition",
      "deploy-service",
    ])),
    ...Object.fromEntries(named),
    [workflow]: (files[workflow] ?? "")
      .replace("microservices-serverlesscluster", "outside")
      .replace("codedeploy-application: microservices", "codedeploy-application: outside")
      .replaceAll(/microservices-(\$\{\{ matrix.service \}\})/g, "$1")
      .replace("}}-microservice", "}}"),
    "services/web/package.json": JSON.stringify({ name: "web" }),
    "infra-templates/ecs/taskdef-web.json": JSON.stringify({
      ...definition,
      containerDefinitions: [container],
    }),
    "infra-templates/ecs/appspec-web.yaml": JSON.stringify(appSpecOf("web")),
  };
}
