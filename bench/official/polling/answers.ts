import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { answersOfCodeDeploy } from "./codedeploy-answers.ts";
import type { Deployment } from "./deployments.ts";
import { answersOfEcs } from "./ecs-answers.ts";
import { registered } from "./facts.ts";

/** A deployment that begins when an action requests it. */
export interface Begun {
  /** Milliseconds since the epoch; undefined before the deployment exists. */
  createdAt: number | undefined;
}

/** The load balancer's API speaks XML. */
const drainXml = ({ drainSeconds }: Deployment) =>
  `<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult><Attributes><member><Key>deregistration_delay.timeout_seconds</Key><Value>${drainSeconds}</Value></member></Attributes></DescribeTargetGroupAttributesResult></DescribeTargetGroupAttributesResponse>`;

/** Returns AWS's responses to the operations that either action needs to deploy and to follow. */
export function answersOf(deployment: Deployment, begun: Begun, now: () => number): Answers {
  const { beginning, answers } =
    deployment.controller === "ECS" ? answersOfEcs(deployment) : answersOfCodeDeploy(deployment);
  const timed = Object.entries(answers).map(([operation, answer]) => [
    operation,
    () => {
      if (operation === beginning) begun.createdAt ??= now();
      const { createdAt } = begun;
      return answer({ createdAt: createdAt ?? 0, elapsed: createdAt === undefined ? -1 : now() - createdAt });
    },
  ]);
  return {
    RegisterTaskDefinition: () => ({ taskDefinition: registered(2) }),
    DescribeTaskDefinition: () => ({ taskDefinition: registered(1) }),
    ...(deployment.drainTold && { DescribeTargetGroupAttributes: () => drainXml(deployment) }),
    ListTasks: () => ({ taskArns: [] }),
    ...Object.fromEntries(timed),
  };
}

/** Responses by operation name, as JSON or as text; an operation without one is denied. */
type Answers = Readonly<Record<string, () => object | string>>;

interface StubAws {
  readonly endpoint: string;
  /** Names of the called operations, in order. */
  calls: string[];
  /** Responses of the account from now on. */
  answers: Answers;
  close(): void;
}

/** An account in memory, for actions that share its process and its virtual clock. */
export async function startStubAws(): Promise<StubAws> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const operation = operationOf(request, Buffer.concat(chunks).toString());
      stub.calls.push(operation);
      const answer = stub.answers[operation]?.();
      response
        .writeHead(answer ? 200 : 400, { "Content-Type": "application/x-amz-json-1.1" })
        .end(typeof answer === "string" ? answer : JSON.stringify(answer ?? denied));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stub: StubAws = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answers: {},
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return stub;
}

const denied = { __type: "AccessDeniedException", message: "not part of the rehearsal" };

/** Reads the operation from a header in AWS's JSON protocols, from a form field in its query protocol. */
function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (target === undefined) return new URLSearchParams(body).get("Action") ?? "";
  return String(target).slice(String(target).indexOf(".") + 1);
}
