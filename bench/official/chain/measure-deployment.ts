import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stageOn } from "@ecs-delivery/actions/delivery/stage.support";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { type Measurement, measure, type Sides } from "../../measurement.ts";
import type { Chain } from "../bundles.ts";
import { runAction } from "../run-action.ts";

/** Different from the ports of a rehearsal (10 080, 18 080), of the other benches and of the tests. */
const listenerPortOffsets = { ours: 10_600, peer: 10_700 };

/**
 * Measures the seconds from the start of the chain's steps, render and deploy, until ours sees the traffic shifted and
 * the official one, which can only wait for the end, sees the end: both at the same time, at AWS's own speed.
 */
export async function measureDeployment(bundles: Sides<Chain>): Promise<Sides<number>> {
  const [ours, peer] = await Promise.all([
    deployWith(bundles.ours, listenerPortOffsets.ours, { "wait-until": "traffic-shifted" }),
    deployWith(bundles.peer, listenerPortOffsets.peer, { "wait-for-service-stability": "true" }),
  ]);
  return { ours, peer };
}

/** Deploys version 2 of a service to a simulated account that runs version 1. Rejects with the log of a red step. */
export async function deployWith(
  chain: Chain,
  listenerPortOffset: number,
  wait: Readonly<Record<string, string>>,
  timeScale = 1,
): Promise<number> {
  const simulator = await startRealSimulator({ listenerPortOffset, timeScale });
  const { productionUrl, appSpec } = await createDelivery(simulator, listenerPortOffset);
  const stage = await stageOn({ simulator, productionUrl, cluster: "outside" });
  try {
    while (!(await fetch(productionUrl)).ok) await simulator.clock.wait(1_000);
    const appSpecFile = join(stage.folder, "appspec.yaml");
    // JSON is valid YAML.
    await writeFile(appSpecFile, JSON.stringify(appSpec("<TASK_DEFINITION>")));
    const run = async (bundle: string, inputs: Readonly<Record<string, string>>) => {
      const environment = simulator.environmentVariables;
      const { green, outputs, log } = await runAction({ bundle, inputs, environment, folder: stage.folder });
      if (!green) throw new Error(`a step of the chain failed:\n${log}`);
      return outputs;
    };
    const started = performance.now();
    const rendered = await run(chain.render, {
      "task-definition": await stage.taskDefinition("1"),
      "container-name": "web",
      image: stage.image,
      "environment-variables": "VERSION=2",
    });
    await run(chain.deploy, {
      "task-definition": rendered.get("task-definition") ?? "",
      cluster: "outside",
      service: "web",
      "codedeploy-appspec": appSpecFile,
      "codedeploy-application": "outside",
      "codedeploy-deployment-group": "web",
      ...wait,
    });
    const seconds = (performance.now() - started) / 1000;
    const served = await (await fetch(productionUrl)).text();
    if (served !== "2") throw new Error(`production serves "${served}" after the deployment, not "2"`);
    return seconds;
  } finally {
    await stage.close();
  }
}

/** Returns figures of the parts and, where the build was measured, of the whole: from the changed line on. */
export function figuresOf(build: Sides<number> | undefined, deployment: Sides<number>): Measurement[] {
  const figure = (metric: string, { ours, peer }: Sides<number>, goal: Measurement["goal"]) =>
    measure({
      ...{ name: "whole chain", metric, unit: "s", better: "lower" as const, goal, ours },
      peer: { name: "official chain", value: peer },
    });
  const deployed = figure("render and deploy until the traffic has shifted", deployment, "≥ 3 ×");
  if (!build) return [deployed];
  const whole = { ours: build.ours + deployment.ours, peer: build.peer + deployment.peer };
  return [
    figure("login, build and push", build, "≥ 1 ×"),
    deployed,
    figure("changed line until the traffic has shifted", whole, "≥ 3 ×"),
  ];
}
