import * as core from "@actions/core";
import { ECRClient } from "@aws-sdk/client-ecr";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { appendSummary } from "../../shared/summary.ts";
import { buildImage } from "./build-image.ts";
import { readBuildInputs } from "./inputs.ts";
import { summarize } from "./summary.ts";

await runAction(async (signal) => {
  const inputs = readBuildInputs();
  const built = await buildImage(inputs, {
    createEcr: (region) => new ECRClient(region === undefined ? {} : { region }),
    variables: process.env,
    clock: systemClock,
    log: core.info,
    mask: core.setSecret,
    signal,
  });
  core.setOutput("image", built.image);
  core.setOutput("digest", built.digest);
  core.setOutput("built", String(built.built));
  await appendSummary(summarize(built));
});
