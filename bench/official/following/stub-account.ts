import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { appSpecOf } from "@ecs-delivery/simulator/outside-clients/web.support";
import { codeDeployResponses } from "./codedeploy-responses.ts";
import type { Deployment } from "./deployments.ts";
import { ecsResponses } from "./ecs-responses.ts";
import { arn, type Moment, type Responses, revisions, tasks } from "./facts.ts";
import { createRequestRates } from "./request-rates.ts";

const containerOf = (revision: number) => ({
  name: "main",
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

/** The task definition and the AppSpec that the actions deploy to a service. */
export const filesOf = (service: string) => ({
  "task.json": named(service, JSON.stringify({ family: "web", containerDefinitions: [containerOf(2)] })),
  "appspec.yaml": JSON.stringify(appSpecOf("main")),
});

/** Each service has what the service `web` has, under its own name. */
const named = (service: string, content: string) => content.replaceAll(/\bweb\b/g, service);

/** The load balancer's API speaks XML. */
const drainXml = ({ drainSeconds }: Deployment) =>
  `<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult><Attributes><member><Key>deregistration_delay.timeout_seconds</Key><Value>${drainSeconds}</Value></member></Attributes></DescribeTargetGroupAttributesResult></DescribeTargetGroupAttributesResponse>`;

/** New tasks, of which none stops; the role may not read the health of their targets. */
function taskResponses({ installedAt }: Deployment, { elapsed }: Moment, body: string): Responses {
  const taskArns = Array.from({ length: tasks }, (_, index) => arn("ecs", `task/main/web/${index}`));
  const ran = { taskDefinitionArn: revisions.new, startedBy: "ecs-svc/2" };
  const state = { lastStatus: "RUNNING", desiredStatus: "RUNNING" };
  return {
    ListTasks: { taskArns: elapsed < installedAt || body.includes("STOPPED") ? [] : taskArns },
    DescribeTasks: { tasks: taskArns.map((taskArn) => ({ taskArn, ...ran, ...state })) },
  };
}

/** Returns AWS's responses to the operations that either action needs to deploy and to follow. */
function responsesOf(deployment: Deployment, moment: Moment, body: string): Responses {
  return {
    RegisterTaskDefinition: { taskDefinition: registered(2) },
    DescribeTaskDefinition: { taskDefinition: registered(1) },
    ...(deployment.showsDrain && { DescribeTargetGroupAttributes: drainXml(deployment) }),
    ...taskResponses(deployment, moment, body),
    ...(deployment.controller === "ECS" ? ecsResponses : codeDeployResponses)(deployment, moment),
  };
}

/** A deployment of the account in memory, from the call that creates it. */
export interface Followed {
  readonly deployment: Deployment;
  /** Milliseconds since the epoch; undefined before the deployment exists. */
  createdAt: number | undefined;
  /** Calls after the one that created it. */
  calls: number;
  /** Calls that AWS throttled. */
  throttled: number;
}

/** How long each call takes, in milliseconds. */
const latencyMs = 300;

interface Clock {
  now(): number;
  wait(ms: number): Promise<void>;
}

interface Response {
  readonly status: number;
  readonly content: string;
}

const refusal = (__type: string): Response => ({
  status: 400,
  content: JSON.stringify({ __type, message: "refused by the account in memory" }),
});
/** The load balancer's API has no JSON. */
const refusalXml = {
  status: 403,
  content: "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>",
};

/**
 * Starts an account in memory, for actions that share its process and its virtual clock. It responds to a request once
 * `onRequest` has resolved, so that many actions can begin at the same time.
 */
export async function startStubAccount({ now, wait }: Clock, onRequest = async () => {}) {
  const services = new Map<string, Followed>();
  const mayPass = createRequestRates(now);
  const respond = (operation: string, body: string): Response => {
    const name = /\bweb(-\d+)?\b/.exec(body)?.[0] ?? "web";
    const denied = body.startsWith("{") ? refusal("AccessDeniedException") : refusalXml;
    const followed = services.get(name);
    if (!followed) return denied;
    if (!mayPass(operation)) {
      followed.throttled += 1;
      return refusal("ThrottlingException");
    }
    if (followed.createdAt !== undefined) followed.calls += 1;
    else if (/^(CreateDeployment|UpdateService)$/.test(operation)) followed.createdAt = now();
    const { createdAt, deployment } = followed;
    const moment = { createdAt: createdAt ?? 0, elapsed: createdAt === undefined ? -1 : now() - createdAt };
    const found = responsesOf(deployment, moment, body)[operation];
    if (!found) return denied;
    return { status: 200, content: typeof found === "string" ? found : named(name, JSON.stringify(found)) };
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    await onRequest();
    await wait(latencyMs);
    const { status, content } = respond(operationOf(request, body), body);
    // A date that differs from the virtual one makes the SDK correct its clock and try again.
    response.sendDate = false;
    response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" }).end(content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The next call that creates a deployment of the service begins this one. */
    expect(service: string, deployment: Deployment): Followed {
      const followed = { deployment, createdAt: undefined, calls: 0, throttled: 0 };
      services.set(service, followed);
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
