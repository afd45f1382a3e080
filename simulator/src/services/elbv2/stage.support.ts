import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Action, ElasticLoadBalancingV2, Matcher } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { freePort } from "../../runtime/database/database-server.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { TestClock } from "../../virtual-clock.support.ts";
import type { Api } from "../api.ts";
import { elbv2 as definition } from "./service.ts";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A load balancer in a VPC of two subnets, with operations for tests. */
export interface Stage {
  readonly environment: Environment & { readonly clock: TestClock };
  readonly elbv2: Api<ElasticLoadBalancingV2>;
  readonly loadBalancerArn: string;
  createGroup(name: string, options?: { matcher?: Matcher; timeoutSeconds?: number }): Promise<string>;
  /** Creates a listener on a free port; returns its ARN and the loopback port it is served on. */
  listen(action: Action): Promise<{ arn: string; port: number }>;
  /** Starts a process behind an address of the VPC; returns its server. */
  serve(address: string, handler: RequestListener): Promise<Server>;
  register(groupArn: string, ...addresses: string[]): Promise<void>;
  /** Resolves once the target (by default the first of the group) is in the state. */
  until(groupArn: string, state: string, address?: string): Promise<void>;
  close(): Promise<void>;
}

export const containerPort = 8080;

export async function setStage(createEnvironment = createTestEnvironment): Promise<Stage> {
  const environment = await createEnvironment({ aws: { ec2: vpc, cloudwatch } });
  const service = definition.create(environment);
  const elbv2 = service.operations as unknown as Api<ElasticLoadBalancingV2>;
  const servers: Server[] = [];
  const created = await elbv2.createLoadBalancer({ Name: "stage", Subnets: ["subnet-1", "subnet-2"] });
  const loadBalancerArn = created.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  return {
    environment,
    elbv2,
    loadBalancerArn,
    async createGroup(name, { matcher, timeoutSeconds } = {}) {
      const { TargetGroups } = await elbv2.createTargetGroup({
        Name: name,
        Protocol: "HTTP",
        Port: containerPort,
        VpcId: "vpc-1",
        TargetType: "ip",
        Matcher: matcher,
        HealthCheckTimeoutSeconds: timeoutSeconds,
      });
      return TargetGroups?.[0]?.TargetGroupArn ?? "";
    },
    async listen(action) {
      const port = await freePort();
      const { Listeners } = await elbv2.createListener({
        LoadBalancerArn: loadBalancerArn,
        Protocol: "HTTP",
        Port: port - environment.listenerPortOffset,
        DefaultActions: [action],
      });
      return { arn: Listeners?.[0]?.ListenerArn ?? "", port };
    },
    async serve(address, handler) {
      const server = createServer(handler).listen(0, "127.0.0.1");
      servers.push(server);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      environment.network.publish(address, containerPort, { host: "127.0.0.1", port });
      return server;
    },
    async register(groupArn, ...addresses) {
      await elbv2.registerTargets({ TargetGroupArn: groupArn, Targets: addresses.map((Id) => ({ Id })) });
    },
    async until(groupArn, state, address) {
      await environment.clock.until(async () => (await stateOf(elbv2, groupArn, address)) === state);
    },
    async close() {
      await environment.clock.during(Promise.resolve(service.close?.()));
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await environment.remove();
    },
  };
}

async function stateOf(elbv2: Stage["elbv2"], TargetGroupArn: string, address?: string) {
  const { TargetHealthDescriptions: all = [] } = await elbv2.describeTargetHealth({ TargetGroupArn });
  return all.find(({ Target }) => address === undefined || Target?.Id === address)?.TargetHealth?.State;
}

export const targetAddress = "10.0.1.5";

/** Starts a process as the only target of a new group, behind a listener; resolves once it is healthy. */
export async function oneTarget(stage: Stage, handler: RequestListener) {
  const group = await stage.createGroup("group");
  const { arn, port } = await stage.listen(forwardTo(group));
  const server = await stage.serve(targetAddress, handler);
  await stage.register(group, targetAddress);
  await stage.until(group, "healthy");
  return { group, arn, port, server };
}

const cloudwatch = { putMetricData: async () => ({}) };

const vpc = {
  describeVpcs: async ({ VpcIds = [] }: { VpcIds?: string[] }) => {
    const [VpcId = ""] = VpcIds;
    if (!/^vpc-[12]$/.test(VpcId)) throw new AwsError("InvalidVpcID.NotFound", "no such VPC");
    return { Vpcs: [{ VpcId }] };
  },
  describeInternetGateways: async () => ({ InternetGateways: [] }),
  describeSubnets: async ({ SubnetIds = [] }: { SubnetIds?: string[] }) => ({
    Subnets: SubnetIds.map((SubnetId) => {
      const zone = { "subnet-1": "us-east-1a", "subnet-2": "us-east-1b", "subnet-3": "us-east-1a" }[SubnetId];
      if (!zone) throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${SubnetId}' does not exist`);
      return { SubnetId, VpcId: "vpc-1", AvailabilityZone: zone };
    }),
  }),
  describeSecurityGroups: async ({ GroupIds = ["sg-default"] }: { GroupIds?: string[] }) => ({
    SecurityGroups: GroupIds.map((GroupId) => {
      if (!GroupId.startsWith("sg-")) throw new AwsError("InvalidGroup.NotFound", `no group '${GroupId}'`);
      return { GroupId, VpcId: "vpc-1" };
    }),
  }),
};

/** Sends one request on a new connection. */
export async function ask(
  port: number,
  { method = "GET", path = "/", headers = {}, body }: Ask = {},
): Promise<Reply> {
  const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

export function forwardTo(...groups: (string | [arn: string, weight: number])[]): Action {
  return {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: groups.map((group) =>
        typeof group === "string"
          ? { TargetGroupArn: group }
          : { TargetGroupArn: group[0], Weight: group[1] },
      ),
    },
  };
}

export function answer(text: string): Action {
  return { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200", MessageBody: text } };
}
