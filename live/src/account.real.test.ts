import { systemClock } from "@ecs-delivery/actions/core/pace";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, onTestFinished } from "vitest";
import { isLive, openBrowser } from "./browser.support.ts";
import { openPageClients, startPage } from "./page.ts";

it("shows the target group in production before and after a deployment", async () => {
  const ends = new AsyncDisposableStack();
  onTestFinished(() => ends.disposeAsync());
  const simulator = ends.adopt(await startTestSimulator(), ({ close }) => close());
  const { aws, clock } = simulator;
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, webProgram);
  const clients = openPageClients(simulator.clientConfig);
  for (const client of Object.values(clients)) ends.defer(async () => client.destroy());
  const options = { clients, region: "us-east-1", port: 0, clock: systemClock };
  const live = ends.adopt(await startPage(options), ({ close }) => close());
  /** Returns the target groups of production with their shares, and the revision of each task. */
  const inProduction = async () => {
    // While a browser runs, the simulator's time advances slowly.
    const browser = await openBrowser();
    const page = await browser.newPage({ locale: "en-GB" });
    await page.goto(`${live.address}/account`);
    await isLive(page);
    const listener = page.getByRole("group", { name: "Listener HTTP 80", exact: true });
    const texts = await listener.getByRole("group", { name: /^Target group/ }).allInnerTexts();
    await browser.close();
    return texts.map((text) => text.match(/blue|green|\d+ %|:\d+/g)?.join(" "));
  };
  await clock.until(async () => {
    const { services } = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
    return services?.[0]?.runningCount === 1;
  });
  expect(await inProduction()).toEqual(["blue 100 % :1"]);
  const content = JSON.stringify(delivery.appSpec(delivery.taskDefinitions[1]));
  const { deploymentId } = await aws.codedeploy.createDeployment({
    ...{ applicationName: "outside", deploymentGroupName: "web" },
    revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
  });
  await clock.until(async () => {
    const { deploymentInfo } = await aws.codedeploy.getDeployment({ deploymentId });
    return deploymentInfo?.status === "Succeeded";
  });
  await expect.poll(inProduction, { timeout: 60_000 }).toEqual(["green 100 % :2"]);
});
