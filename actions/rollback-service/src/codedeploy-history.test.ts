import {
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  type DeploymentInfo,
  GetApplicationRevisionCommand,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import type { DeliveryContext } from "../../delivery/context.ts";
import { readRollbackInputs } from "./inputs.ts";
import { openCodeDeployHistory } from "./service-history.ts";

const client = new CodeDeployClient();
const codedeploy = mockClient(client);
const arnOf = (number: number) => `arn:aws:ecs:us-east-1:1:task-definition/web:${number}`;

/** Returns what CodeDeploy does: the digest of the AppSpec, without its text. */
const deployment = (number: number, parts: DeploymentInfo = {}): DeploymentInfo => ({
  deploymentId: `d-${number}`,
  status: "Succeeded",
  createTime: new Date(number * 1_000),
  revision: { revisionType: "AppSpecContent", appSpecContent: { sha256: `sha-${number}` } },
  ...parts,
});

function list(...infos: DeploymentInfo[]) {
  codedeploy
    .on(ListDeploymentsCommand)
    .resolves({ deployments: infos.map((each) => each.deploymentId ?? "") });
  codedeploy.on(BatchGetDeploymentsCommand).resolves({ deploymentsInfo: infos });
  const context = {
    clients: { codedeploy: client },
    signal: new AbortController().signal,
  } as unknown as DeliveryContext;
  const given: Record<string, string> = { cluster: "c", service: "web" };
  return openCodeDeployHistory(
    context,
    readRollbackInputs((name) => given[name] ?? ""),
  ).list();
}

beforeEach(() => {
  codedeploy.reset();
  codedeploy.on(GetApplicationRevisionCommand).callsFake(({ revision }) => {
    const number = Number(revision.appSpecContent.sha256.slice("sha-".length));
    const content =
      number % 2 ? `{"TaskDefinition":"${arnOf(number)}"}` : `TaskDefinition: ${arnOf(number)}\n`;
    return { revision: { revisionType: "AppSpecContent", appSpecContent: { content } } };
  });
});

test("reads the AppSpec's text, JSON or YAML, from the application, once for each", async () => {
  const found = await list(deployment(7), deployment(8), deployment(9, { revision: deployment(7).revision }));
  expect(found.map(({ id, revision }) => [id, revision])).toEqual([
    ["d-9", arnOf(7)],
    ["d-8", arnOf(8)],
    ["d-7", arnOf(7)],
  ]);
  expect(codedeploy.commandCalls(GetApplicationRevisionCommand)).toHaveLength(2);
});

test.each<[string, DeploymentInfo, object]>([
  ["that is in progress", { status: "Ready" }, { state: "ongoing", isRollback: false }],
  ["that failed", { status: "Failed" }, { state: "unsuccessful" }],
  ["by which AWS rolls back", { creator: "codeDeployRollback" }, { state: "succeeded", isRollback: true }],
  [
    "whose AppSpec is an object of S3",
    { revision: { revisionType: "S3", s3Location: { bucket: "b", key: "k" } } },
    { revision: undefined },
  ],
])("reads a deployment %s", async (_, parts, expected) => {
  expect((await list(deployment(7, parts)))[0]).toMatchObject(expected);
});

test("accepts that the application no longer has an AppSpec", async () => {
  codedeploy
    .on(GetApplicationRevisionCommand)
    .rejects(Object.assign(new Error("gone"), { name: "RevisionDoesNotExistException" }));
  expect((await list(deployment(7)))[0]).toMatchObject({ id: "d-7", revision: undefined });
});

test("reads a group without deployments", async () => {
  expect(await list()).toEqual([]);
});
