import { defineAction } from "../../core/define-action.ts";
import { createBuildEnvironment } from "./builder.ts";
import { readBuildInputs } from "./inputs.ts";
import { makeImage } from "./make-image.ts";
import { publish } from "./publish.ts";

await defineAction({
  inputs: () => readBuildInputs(process.env),
  context: createBuildEnvironment,
  run: (environment, inputs) => makeImage(inputs, environment),
  publish,
});
