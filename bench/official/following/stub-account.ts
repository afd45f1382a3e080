import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { appSpecOf } from "@ecs-delivery/simulator/outside-clients/web.support";
import { codeDeployResponses } from "./codedeploy-responses.ts";
import type { Deployment } from "./deployments.ts";
import { ecsResponses } from "./ecs-responses.ts";
import { arn, type Moment, type Responses } from "./facts.ts";

const containerOf = (revision: number) => ({
  name: "web",
  image: `example.com/web:${revision}`,
  memory: 128,
  portMappings: [{ containerPort: 8080 }],
});

const registered = (revision: 1 | 2) => ({
  taskDefinitionArn: arn("ecs", `task-definition/web:${revision}`),
  family: "web",
  revision,
  status: "ACTIVE",
  containerDefinitions: [containerOf(revision)],
});

/** The task definition and the AppSpec that the actions deploy. */
export const files = {
  "task.json": { family: "web", containerDefinitions: [containerOf(2)] },
  "appspec.yaml": appSpecOf("web"),
};

/** The load balancer's API speaks XML. */
const drainXml = ({ drainSeconds }: Deployment) =>
  `<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult><Attributes><member><Key>deregistration_delay.timeout_seconds</Key><Value>${drainSeconds}</Value></member></Attributes></DescribeTargetGroupAttributesResult></DescribeTargetGroupAttributesResponse>`;

/** Returns AWS's responses to the operations that either action needs to deploy and to follow. */
function responsesOf(deployment: Deployment, moment: Moment): Responses {
  return {
    RegisterTaskDefinition: { taskDefinition: registered(2) },
    DescribeTaskDefinition: { taskDefinition: registered(1) },
    ...(deployment.showsDrain && { DescribeTargetGroupAttributes: drainXml(deployment) }),
    ListTasks: { taskArns: [] },
    ...(deployment.controller === "ECS" ? ecsResponses : codeDeployResponses)(deployment, moment),
  };
}

/** A deployment of the account in memory, from the call that creates it. */
export interface Followed {
  /** Milliseconds since the epoch; undefined before the deployment exists. */
  createdAt: number | undefined;
  /** Calls after the one that created it. */
  calls: number;
}

/** Starts an account in memory, for actions that share its process and its virtual clock. */
export async function startStubAccount(now: () => number) {
  let current: Deployment | undefined;
  let followed: Followed = { createdAt: undefined, calls: 0 };
  const respond = (operation: string) => {
    if (followed.createdAt !== undefined) followed.calls += 1;
    else if (/^(CreateDeployment|UpdateService)$/.test(operation)) followed.createdAt = now();
    const { createdAt } = followed;
    const moment = { createdAt: createdAt ?? 0, elapsed: createdAt === undefined ? -1 : now() - createdAt };
    return current && responsesOf(current, moment)[operation];
  };
  const server = createServer(async (request, response) => {
    const found = respond(operationOf(request, await text(request)));
    const denied = { __type: "AccessDeniedException", message: "not part of the account in memory" };
    response
      .writeHead(found ? 200 : 400, { "Content-Type": "application/x-amz-json-1.1" })
      .end(typeof found === "string" ? found : JSON.stringify(found ?? denied));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The next call that creates a deployment begins this one. */
    expect(deployment: Deployment): Followed {
      current = deployment;
      followed = { createdAt: undefined, calls: 0 };
      return followed;
    },
  };
}

/** Reads the operation from a header in AWS's JSON protocols, from a form field in its query protocol. */
function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (target === undefined) return new URLSearchParams(body).get("Action") ?? "";
  return String(target).slice(String(target).indexOf(".") + 1);
}
