import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import {
  describeTimes,
  imageOf,
  inTurn,
  ociInputs,
  type Steps,
  serviceBuild,
  tagOf,
  timeSteps,
  totalOf,
} from "../../images/orders.ts";
import { prepareYard, type Setup } from "../../images/setup.ts";
import { bundleService } from "../../images/source.ts";
import { type Measurement, measure, median, NotHere, type Sides } from "../../measurement.ts";
import type { Report } from "../report.ts";
import { runAction } from "../run-action.ts";

/** Odd, so that the median is a run that happened. */
const rounds = 3;

/**
 * Measures the seconds from a changed line of the customer service to its image in the registry, as a job does it: ours
 * with build-image, the official chain with amazon-ecr-login, `docker buildx build` and `docker push`. Returns
 * undefined when a required program is missing.
 */
export async function measureBuild(
  login: string,
  folder: string,
  say: (line: string) => void,
): Promise<Sides<number> | undefined> {
  try {
    await using ends = new AsyncDisposableStack();
    const own = await mkdtemp(join(folder, "build-"));
    return await compare(await prepareYard(own, ends), login, own, say);
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    say(`login, build and push are left out: ${error.message}`);
    return undefined;
  }
}

async function compare(
  setup: Setup,
  login: string,
  folder: string,
  say: (line: string) => void,
): Promise<Sides<number>> {
  const { docker, buildImage, registry, service } = setup;
  const environment = { ...registry.environment, ...docker.environment };
  const logIn = async () => {
    const inputs = { "registry-type": "private", "mask-password": "true", "skip-logout": "false" };
    const { green, log } = await runAction({ bundle: login, inputs, environment, folder });
    if (!green) throw new Error(`amazon-ecr-login failed:\n${log}`);
  };
  const changing = (stepsOf: (round: number) => Steps) => {
    let round = 0;
    return async () => {
      await service.change();
      return timeSteps(stepsOf(round++));
    };
  };
  const sides = {
    ours: changing((round) => ({
      bundle: () => bundleService(service),
      "build-image": () => buildImage(ociInputs(setup, tagOf("oci", round))),
    })),
    peer: changing((round) => {
      const build = serviceBuild(setup, imageOf("multi-stage", round));
      return { login: logIn, build: () => docker.build(build), push: () => docker.push(build.tag) };
    }),
  };
  // The first run pulls the base into the engine and fills every cache.
  for (const side of Object.values(sides)) await side();
  const times = await inTurn(rounds, sides);
  for (const side of ["ours", "peer"] as const) say(`  ${side}: ${describeTimes(times[side])}`);
  const seconds = (side: keyof typeof times) => median(times[side].map((each) => totalOf(each))) / 1000;
  return { ours: seconds("ours"), peer: seconds("peer") };
}

/** Reports the build alone, and build plus deployment: from the changed line until all traffic has shifted. */
export function reportBuild(build: Sides<number>, deployment: Measurement): Report {
  const options = { name: "whole chain", unit: "s", better: "lower" } as const;
  const peer = (value: number) => ({ name: "official chain", value });
  const deployed = { ours: deployment.ours * 60, official: deployment.peer.value * 60 };
  return {
    title: "From a changed line to all traffic",
    table: [],
    figures: [
      measure({
        ...options,
        metric: "login, build and push",
        ours: build.ours,
        peer: peer(build.peer),
        goal: "≥ 1 ×",
      }),
      measure({
        ...options,
        metric: "changed line until the traffic has shifted",
        ours: build.ours + deployed.ours,
        peer: peer(build.peer + deployed.official),
        goal: "≥ 3 ×",
      }),
    ],
    details: { build, deployed },
  };
}
