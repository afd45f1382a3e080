import { runAction } from "../../shared/run.ts";
import { buildImage } from "./build-image.ts";
import { createBuildEnvironment } from "./environment.ts";
import { readBuildInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

await runAction(async (signal) => {
  await publish(await buildImage(readBuildInputs(process.env), createBuildEnvironment(signal)));
});
