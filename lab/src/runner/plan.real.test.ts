import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createDelivery } from "../../../simulator/src/outside-clients/delivery.support.ts";
import { appSpecOf, webTaskDefinition } from "../../../simulator/src/outside-clients/web.support.ts";
import {
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "../../../simulator/src/test-simulator.support.ts";
import { accessTo, actionsOfProject, filesWithChangedServices } from "./project.support.ts";
import { createTestRepository } from "./test-repository.support.ts";

describe("plan.yml", () => {
  it("comments on a pull request what its merge would change in production, and deploys nothing", async (context) => {
    const simulator = await startTestSimulator();
    context.onTestFinished(() => simulator.close());
    const delivery = await createDelivery(simulator, testListenerPortOffset());
    await createExecutionRole(simulator);
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

  it("comments nothing on a pull request of a fork, and says why", async (context) => {
    const shop = await createTestRepository(await filesOfPlan({}), {
      workflow: ".github/workflows/plan.yml",
    });
    context.onTestFinished(() => shop.remove());
    const base = await shop.commit({ "services/web/app.ts": "1" });
    const head = await shop.commit({ "services/web/app.ts": "2" });
    const result = await (await shop.openPullRequest(base, head, "somebody/coffee"))?.result;
    const ran = result?.jobs.filter((job) => job.conclusion !== "skipped") ?? [];
    expect(ran.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ["no plan for a fork", "success"],
    ]);
    const why = /gets no credentials .* push the branch to this repository/;
    expect(ran[0]?.annotations).toEqual([expect.objectContaining({ message: expect.stringMatching(why) })]);
    expect(ran[0]?.summary).toMatch(why);
  });
});

async function createExecutionRole({ aws }: TestSimulator): Promise<void> {
  const principal = { Service: "ecs-tasks.amazonaws.com" };
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  await aws.iam.createRole({
    RoleName: "execution",
    AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
  });
}

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

/** The part of GitHub's API that keeps the comments of a pull request. */
async function startGitHub() {
  const comments: { body: string }[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === "POST") comments.push((await json(request)) as { body: string });
    response.end(JSON.stringify(comments));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    comments,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
