import { type Goal, type Measurement, measure, median } from "../measurement.ts";
import {
  describeTimes,
  dockerInputs,
  imageOf,
  inTurn,
  labKindBuild,
  ociInputs,
  type Side,
  type Steps,
  type StepTimes,
  serviceBuild,
  tagOf,
  timeSteps,
  totalOf,
} from "./orders.ts";
import type { Setup } from "./setup.ts";
import { bundleService, type Source } from "./source.ts";

/** Odd, so that the median is a run that happened. */
const rounds = 5;

/** First step of a peer; the action requests its own password from ECR. */
const askingForPassword = "get-login-password";

/**
 * Time from one changed line to the image in the registry under a tag of its own. The peers are measured twice:
 * starting from AWS credentials as the action does, and with the registry's password already available.
 */
export async function compareChanged(setup: Setup): Promise<Measurement[]> {
  const sides = createSides(setup);
  // The first run pulls the base into the engine, installs packages and fills every cache.
  for (const side of Object.values(sides)) await side();
  const times = await inTurn(rounds, sides);
  for (const side of Object.keys(times) as Side[]) console.error(`  ${side}: ${describeTimes(times[side])}`);
  const seconds = (side: Side, given?: string) =>
    median(times[side].map((each) => totalOf(each, given))) / 1000;
  const rowsOf = (begin: string, given?: string) => {
    const row = (ours: Side, peer: Side, peerName: string, goal: Goal) =>
      measure({
        name: "images",
        metric: `changed source to registry, builder ${ours}, peer from ${begin}`,
        unit: "s",
        better: "lower",
        ours: seconds(ours),
        peer: { name: peerName, value: seconds(peer, given) },
        goal,
      });
    return [
      row("oci", "multi-stage", "docker buildx build, docker push", "≥ 2 ×"),
      row("oci", "lab-kind", "the same of a Dockerfile of the lab's kind", "≥ 10 ×"),
      row("docker", "buildx", "docker buildx build --push", "≥ 1 ×"),
    ];
  };
  return [...rowsOf("AWS credentials"), ...rowsOf("the registry's password", askingForPassword)];
}

function createSides(setup: Setup): Record<Side, () => Promise<StepTimes>> {
  const { docker, buildImage, service, labKind } = setup;
  const first = {
    [askingForPassword]: () => setup.registry.askForPassword(),
    "log in": () => docker.logIn(),
  };
  return {
    oci: changing(service, (round) => ({
      bundle: () => bundleService(service),
      "build-image": () => buildImage(ociInputs(setup, tagOf("oci", round))),
    })),
    "multi-stage": changing(service, (round) => {
      const build = serviceBuild(setup, imageOf("multi-stage", round));
      return { ...first, build: () => docker.build(build), push: () => docker.push(build.tag) };
    }),
    docker: changing(service, (round) => ({
      "build-image": () => buildImage(dockerInputs(setup, tagOf("docker", round))),
    })),
    buildx: changing(service, (round) => {
      const build = serviceBuild(setup, imageOf("buildx", round));
      // The action also creates two tags: the requested one and the source's.
      const second = ["--tag", `${build.tag}-source`];
      return { ...first, "build --push": () => docker.build(build, "--push", ...second) };
    }),
    "lab-kind": changing(labKind, (round) => {
      const build = labKindBuild(setup, imageOf("lab-kind", round));
      return { ...first, build: () => docker.build(build), push: () => docker.push(build.tag) };
    }),
  };
}

/** Changes the source before each round, outside the measured time. */
export function changing(source: Source, stepsOf: (round: number) => Steps): () => Promise<StepTimes> {
  let round = 0;
  return async () => {
    await source.change();
    return timeSteps(stepsOf(round++));
  };
}
