import { once } from "node:events";
import { Agent, request } from "node:http";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRealEnvironment } from "../../test-environment.support.ts";
import { ask, containerPort, forwardTo, type Stage, setStage } from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage(createRealEnvironment);
});
afterEach(() => stage.close());

const targetsOf = async (TargetGroupArn: string) =>
  (await stage.elbv2.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions ?? [];

const deregister = (TargetGroupArn: string, Id: string) =>
  stage.elbv2.deregisterTargets({ TargetGroupArn, Targets: [{ Id }] });

it("reports a new target that does not listen yet as initial, and uses it once it does", async () => {
  const group = await stage.createGroup("group");
  const { port } = await stage.listen(forwardTo(group));
  await stage.register(group, "10.0.1.5");
  // More check intervals than would fail a target that had been up before.
  await stage.environment.clock.wait(4 * 30_000);
  expect((await targetsOf(group))[0]?.TargetHealth).toMatchObject({ State: "initial" });
  expect((await ask(port)).status).toBe(503);
  await stage.serve("10.0.1.5", (_, response) => response.end("up"));
  await stage.until(group, "healthy");
  expect((await ask(port)).body).toBe("up");
});

it("loses no request while targets are replaced and the listener moves between groups under load", async () => {
  const blue = await stage.createGroup("blue");
  const green = await stage.createGroup("green");
  for (const group of [blue, green]) {
    await stage.elbv2.modifyTargetGroupAttributes({
      TargetGroupArn: group,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }],
    });
  }
  const { arn } = await stage.listen(forwardTo(blue));
  // A second listener keeps both groups in use, as CodeDeploy's test listener does.
  await stage.listen(forwardTo(blue, green));
  const port = Number((await stage.elbv2.describeListeners({ ListenerArns: [arn] })).Listeners?.[0]?.Port);
  const servedPort = port + stage.environment.listenerPortOffset;
  const start = async (group: string, address: string) => {
    const server = await stage.serve(address, (incoming, response) => {
      incoming.resume();
      response.end(address);
    });
    await stage.register(group, address);
    await stage.until(group, "healthy", address);
    return server;
  };
  let server = await start(blue, "10.0.1.0");
  const load = startLoad(servedPort);
  await load.hasServed(50);
  for (let release = 1; release <= 6; release++) {
    const [from, to] = release % 2 === 1 ? [blue, green] : [green, blue];
    const previous = server;
    server = await start(to, `10.0.1.${release}`);
    await stage.elbv2.modifyListener({ ListenerArn: arn, DefaultActions: [forwardTo(to)] });
    await deregister(from, `10.0.1.${release - 1}`);
    await stage.environment.clock.until(async () => (await targetsOf(from)).length === 0);
    stage.environment.network.withdraw(`10.0.1.${release - 1}`, containerPort);
    previous.close();
    previous.closeIdleConnections();
    await load.hasServed(50);
  }
  expect(await load.stop()).toEqual({ failures: [], served: expect.any(Number) });
});

/** Eight clients on kept connections, every third request a POST, until stopped. */
function startLoad(port: number) {
  const agent = new Agent({ keepAlive: true });
  const failures: unknown[] = [];
  let served = 0;
  let isRunning = true;
  const send = async (method: string) => {
    const sent = request({ host: "127.0.0.1", port, method, agent }).end(
      method === "POST" ? "data" : undefined,
    );
    const [response] = await once(sent, "response");
    await once(response.resume(), "end");
    if (response.statusCode !== 200) failures.push(response.statusCode);
    served++;
  };
  const client = async () => {
    for (let turn = 0; isRunning; turn++) {
      await send(turn % 3 === 2 ? "POST" : "GET").catch((error) => failures.push(error));
    }
  };
  const clients = Array.from({ length: 8 }, client);
  return {
    async hasServed(more: number) {
      const enough = served + more;
      while (served < enough && failures.length === 0) await new Promise(setImmediate);
    },
    async stop() {
      isRunning = false;
      await Promise.all(clients);
      agent.destroy();
      return { failures, served };
    },
  };
}
