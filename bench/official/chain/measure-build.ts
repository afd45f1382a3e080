import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { changing, describeTimes, ociInputs, serviceBuild, totalOf } from "../../images/orders.ts";
import { prepareYard, type Setup } from "../../images/setup.ts";
import { bundleService } from "../../images/source.ts";
import { alternate, median, NotHere, type Sides } from "../../measurement.ts";
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
    const sides = createSides(await prepareYard(own, ends), login, own);
    // The first run pulls the base into the engine and fills every cache.
    for (const side of Object.values(sides)) await side();
    const times = await alternate(rounds, sides);
    const secondsOf = (side: keyof typeof sides) => {
      say(`  ${side}: ${describeTimes(times[side])}`);
      return median(times[side].map(totalOf)) / 1000;
    };
    return { ours: secondsOf("ours"), peer: secondsOf("peer") };
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    say(`login, build and push are left out: ${error.message}`);
    return undefined;
  }
}

function createSides(setup: Setup, login: string, folder: string) {
  const { docker, buildImage, registry, service } = setup;
  const environment = { ...registry.environment, ...docker.environment };
  const logIn = async () => {
    const inputs = { "registry-type": "private", "mask-password": "true", "skip-logout": "false" };
    const { green, log } = await runAction({ bundle: login, inputs, environment, folder });
    if (!green) throw new Error(`amazon-ecr-login failed:\n${log}`);
  };
  return {
    ours: changing(service, (round) => ({
      bundle: () => bundleService(service),
      "build-image": () => buildImage(ociInputs(setup, `round-${round}`)),
    })),
    peer: changing(service, (round) => {
      const build = serviceBuild(setup, `round-${round}`);
      return { login: logIn, build: () => docker.build(build), push: () => docker.push(build.tag) };
    }),
  };
}
