import { defineAction } from "../../shared/define-action.ts";
import { buildImage } from "./build-image.ts";
import { createBuildEnvironment } from "./builder.ts";
import { readBuildInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

await defineAction({
  inputs: () => readBuildInputs(process.env),
  context: createBuildEnvironment,
  run: (environment, inputs) => buildImage(inputs, environment),
  publish,
});
