import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import type { Program } from "../runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { startTestSimulator, testListenerPortOffset } from "../test-simulator.support.ts";
import { createWayIn, playWayIn, type WayInSetUp } from "./way-in-account.ts";
import setUps from "./way-in-set-ups.json" with { type: "json" };

const warnings: string[] = [];
const simulator = await startTestSimulator({ networks: "enforce", warn: (text) => warnings.push(text) });
afterAll(() => simulator.close());
const { aws, clock } = simulator;
const port = 80 + testListenerPortOffset();

let isDatabaseClosed: Parameters<Program>[0]["isDatabaseClosed"];
const program: Program = (container) => {
  isDatabaseClosed = container.isDatabaseClosed;
  for (const port of [8080, 9090]) container.listen(port, (_, response) => void response.end());
};
const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
const image = `${repository?.repositoryUri}:latest`;
await pushProgram(simulator, repository?.repositoryUri ?? "", program);

const expecting = (name: keyof WayInSetUp["expected"]) =>
  (setUps as readonly WayInSetUp[]).filter(({ expected }) => name in expected);

async function play(setUp: WayInSetUp, judge: (health: string) => Promise<void>) {
  warnings.length = 0;
  await playWayIn(simulator, { image }, setUp, judge);
}

describe("a load balancer reaches a task", () => {
  it.each(expecting("health"))("if $that: $expected", (setUp) =>
    play(setUp, async (health) => {
      const { status } = await clock.during(fetch(`http://127.0.0.1:${port}/`));
      expect({ health, status }).toEqual(setUp.expected);
      const fix =
        /^networks: connections of the load balancer \S+ to tasks on port \d+ time out: .* Fix: aws/;
      expect(warnings.join()).toMatch(health.includes("timed out") || status === 504 ? fix : /^/);
    }),
  );
});

describe("a client on the internet reaches a listener", () => {
  it.each(expecting("client"))("if $that: $expected", (setUp) =>
    play(setUp, async () => {
      const client = connect(port, "127.0.0.1").on("error", () => {});
      await once(client, "connect");
      client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      if (setUp.expected.client === "200")
        expect(String(await once(client, "data"))).toMatch(/^HTTP\/1.1 200/);
      else {
        await clock.until(() => warnings.length > 0);
        // Virtual time passes only when nothing more happens.
        await clock.foreground.wait(1_000);
        expect(client.bytesRead).toBe(0);
      }
      expect(warnings.join()).toMatch(setUp.expected.warning ?? /^$/);
      client.destroy();
    }),
  );
});

describe("a task reaches a database", () => {
  it.each(expecting("database"))("if $that: $expected", (setUp) =>
    play(setUp, async () => {
      const { Address = "", Port = 0 } =
        (await aws.rds.describeDBInstances({})).DBInstances?.[0]?.Endpoint ?? {};
      expect({ database: isDatabaseClosed(Address, Port) ? "closed" : "open" }).toEqual(setUp.expected);
      const warning = /^networks: connections of tasks to a database/;
      expect(warnings.join()).toMatch(setUp.expected.database === "closed" ? warning : /^$/);
      expect(isDatabaseClosed(Address, Port + 1)).toBe(false);
    }),
  );
});

it("replaces a service's tasks in a zone that is not enabled, until it is", async () => {
  const AwsvpcConfiguration = {
    ...{ Subnets: [{ Ref: "public3" }], SecurityGroups: [{ Ref: "web" }], AssignPublicIp: "ENABLED" },
  };
  const target = { ContainerName: "web", ContainerPort: 8080, TargetGroupArn: { Ref: "targetGroup" } };
  const created = await createWayIn(
    simulator,
    { image },
    {
      service: { NetworkConfiguration: { AwsvpcConfiguration }, LoadBalancers: [target] },
    },
  );
  const service = await clock.until(() => created.idOf("service"));
  const cluster = await created.idOf("cluster");
  const read = async () => (await aws.ecs.describeServices({ cluster, services: [service] })).services?.[0];
  await clock.eventually(async () =>
    expect((await read())?.events?.map(({ message }) => message).join()).toContain(
      "due to (reason Target is in an Availability Zone that is not enabled for the load balancer)",
    ),
  );
  const Subnets = await Promise.all(["public1", "public3"].map(async (name) => created.idOf(name)));
  await aws.elbv2.setSubnets({ LoadBalancerArn: await created.idOf("loadBalancer"), Subnets });
  await created.untilCreated();
  await created.remove();
});
