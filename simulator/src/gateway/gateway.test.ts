import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { HttpRequest } from "@smithy/core/protocols";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAccessKeys } from "../access-keys.ts";
import { AwsError } from "../kit/errors.ts";
import type { ServiceName } from "../services/api.ts";
import { createTestEnvironment } from "../test-environment.support.ts";
import { createFaults } from "./faults.ts";
import { type Gateway, startGateway } from "./gateway.ts";

const startedAt = new Date("2026-01-02T03:04:05.678Z");
const received: object[] = [];
const operations: { [Name in ServiceName]?: Record<string, (input: object) => object> } = {
  ecs: {
    listTasks: (input) => {
      received.push(input);
      return { taskArns: ["arn:aws:ecs:::task/1"] };
    },
    registerTaskDefinition: (input) => {
      received.push(input);
      return {};
    },
    describeTasks: () => ({ tasks: [{ taskArn: "a", startedAt }], failures: [] }),
    describeClusters: () => {
      throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    },
    stopTask: () => {
      throw new TypeError("a defect");
    },
  },
  elbv2: {
    describeTargetHealth: (input) => {
      received.push(input);
      return { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1 <&>", Port: 8080 } }] };
    },
    describeTargetGroups: () => {
      throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
    },
  },
  cloudwatch: { listMetrics: () => ({}) },
  secretsmanager: {
    describeSecret: () => {
      throw new AwsError("ResourceNotFoundException", "No such secret.");
    },
  },
  ec2: {
    describeSubnets: (input) => {
      received.push(input);
      return { Subnets: [{ SubnetId: "subnet-1", MapPublicIpOnLaunch: true, Tags: [] }] };
    },
  },
};

const key = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };

let gateway: Gateway;
let endpoint: string;
const warnings: string[] = [];
const config = () => ({ endpoint, region: "us-east-1", maxAttempts: 1, credentials: key });
/** Starts a gateway of these operations. */
async function start(port: number): Promise<Gateway> {
  const accessKeys = createAccessKeys([key]);
  const environment = await createTestEnvironment({ accessKeys, warn: (message) => warnings.push(message) });
  await environment.remove();
  const services = new Proxy({} as never, {
    get: (_, name: ServiceName) => ({ operations: operations[name] ?? {} }),
  });
  const expiredAccessKeys = new Set(["ASIAOLD"]);
  return startGateway({ environment, services, port, expiredAccessKeys, faults: createFaults(services) });
}

beforeAll(async () => {
  gateway = await start(0);
  endpoint = `http://127.0.0.1:${gateway.port}`;
});
afterAll(() => gateway.close());

/** Signs like any AWS tool. */
async function post(
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
  accessKeyId = key.accessKeyId,
  path = "/",
) {
  const signer = new SignatureV4({
    credentials: { ...key, accessKeyId },
    region: "us-east-1",
    service: "x",
    sha256: Hash.bind(null, "sha256"),
  });
  const { host } = new URL(endpoint);
  const request = new HttpRequest({ method: "POST", path, headers: { ...headers, host }, body });
  return fetch(endpoint + path, { method: "POST", headers: (await signer.sign(request)).headers, body });
}
const json = (operation: string, body: string, accessKeyId?: string) =>
  post({ "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}` }, body, accessKeyId);
const cborBody = (...bytes: number[]) => {
  const path = "/service/GraniteServiceVersion20100801/operation/ListMetrics";
  return post({ "smithy-protocol": "rpc-v2-cbor" }, Uint8Array.from(bytes), undefined, path);
};
const form = (body: string, accessKeyId?: string) =>
  post({ "content-type": "application/x-www-form-urlencoded" }, body, accessKeyId);

describe("the SDK's clients", () => {
  it("call an awsJson operation, with times as epoch seconds", async () => {
    const ecs = new ECS(config());
    expect((await ecs.listTasks({ cluster: "c", maxResults: 5 })).taskArns).toEqual(["arn:aws:ecs:::task/1"]);
    expect(received.pop()).toEqual({ cluster: "c", maxResults: 5 });
    expect((await ecs.describeTasks({ tasks: ["a"] })).tasks?.[0]?.startedAt).toEqual(startedAt);
  });

  it("call a query operation, with lists as member.N", async () => {
    const elbv2 = new ElasticLoadBalancingV2(config());
    const Targets = [{ Id: "10.0.0.1", Port: 8080 }, { Id: "10.0.0.2" }];
    const health = await elbv2.describeTargetHealth({ TargetGroupArn: "arn", Targets });
    expect(received.pop()).toEqual({ TargetGroupArn: "arn", Targets });
    expect(health.TargetHealthDescriptions).toEqual([{ Target: { Id: "10.0.0.1 <&>", Port: 8080 } }]);
  });

  it("call an ec2Query operation, with flat lists", async () => {
    const ec2 = new EC2(config());
    const input = { SubnetIds: ["subnet-1"], Filters: [{ Name: "vpc-id", Values: ["vpc-1", "vpc-2"] }] };
    const { Subnets } = await ec2.describeSubnets(input);
    expect(received.pop()).toEqual(input);
    expect(Subnets).toEqual([{ SubnetId: "subnet-1", MapPublicIpOnLaunch: true, Tags: [] }]);
  });

  it.each([
    ["ClusterNotFoundException", () => new ECS(config()).describeClusters({})],
    ["TargetGroupNotFoundException", () => new ElasticLoadBalancingV2(config()).describeTargetGroups({})],
  ])("see %s as their own exception", async (name, call) => {
    await expect(call()).rejects.toMatchObject({ name });
  });
});

it.each([
  ["AmazonEC2ContainerServiceV20141113.DescribeClusters", "message", "Cluster not found."],
  ["secretsmanager.DescribeSecret", "Message", "No such secret."],
])("%s has an error's text in %s, as in its model", async (target, member, text) => {
  const response = await post({ "x-amz-target": target }, target.startsWith("s") ? '{"SecretId":"a"}' : "{}");
  expect(await response.json()).toEqual({ __type: expect.any(String), [member]: text });
});

it("members of a task definition that ECS does not know are ignored, as in AWS", async () => {
  const body =
    '{"$schema":"x","family":"f","containerDefinitions":[{"name":"web","mood":{"a":1},"cpu":null}]}';
  expect((await json("RegisterTaskDefinition", body)).status).toBe(200);
  expect(received.pop()).toEqual({ family: "f", containerDefinitions: [{ name: "web" }] });
});

describe("unsupported requests are refused with an error that names them", () => {
  const health = "Action=DescribeTargetHealth&Version=2015-12-01";
  const unknownId = /Unknown parameter Targets\.1\.Idd.*Id, Port/;
  const target = { "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListTasks" };
  const unsigned = () => fetch(endpoint, { method: "POST", headers: target, body: "{}" });
  it.each<[string, () => Promise<Response>, number, RegExp]>([
    ["unsimulated operation", () => json("CreateCluster", "{}"), 400, /UnknownOperation.*ecs:CreateCluster/],
    ["no such operation", () => json("Nonsense", "{}"), 400, /UnknownOperation.*has no operation Nonsense/],
    ["service not simulated", () => form("Action=Publish&Version=2010-03-31"), 400, /2010-03-31\.Publish/],
    ["no operation at all", () => form(""), 400, /without X-Amz-Target or Action/],
    ["unknown member", () => json("ListTasks", '{"clster":"c"}'), 400, /Unknown parameter clster.*cluster/],
    ["wrong type", () => json("ListTasks", '{"cluster":1}'), 400, /parameter cluster: expected a string/],
    ["missing member", () => json("DescribeTasks", "{}"), 400, /Missing required parameter tasks/],
    ["broken JSON", () => json("ListTasks", "{"), 400, /SerializationException/],
    // A map whose text or end is missing; lists in lists.
    ["CBOR cut in a text", () => cborBody(0xa1, 0x69, 0x4e), 400, /SerializationException.*remaining buf/],
    ["CBOR without its end", () => cborBody(0xbf), 400, /SerializationException/],
    ["CBOR that is too deep", () => cborBody(...Array(50_000).fill(0x81)), 400, /SerializationException/],
    ["unknown parameter", () => form(`${health}&TargetGroupArn=a&Targets.member.1.Idd=x`), 400, unknownId],
    ["missing parameter", () => form(health), 400, /MissingParameter.*TargetGroupArn/],
    ["expired session", () => json("ListTasks", "{}", "ASIAOLD"), 403, /ExpiredTokenException/],
    ["expired session, query", () => form(health, "ASIAOLD"), 403, /<Code>ExpiredToken</],
    ["an unsigned one", unsigned, 403, /MissingAuthenticationToken/],
  ])("%s", async (_, call, status, body) => {
    const response = await call();
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(body);
  });
});

it("a bug of the simulator is a 500 with the operation's name, and is reported", async () => {
  const response = await json("StopTask", '{"task":"t"}');
  expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("StopTask")]);
  expect(warnings.join()).toContain("a defect");
});

it("a used port is named", async () => {
  const { port } = gateway;
  await expect(start(port)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
});
