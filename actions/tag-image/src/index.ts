import { defineAction } from "../../core/define-action.ts";
import { createRegistryContext } from "../../registry/ecr-login.ts";
import { readTagInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { tagImage } from "./tag-image.ts";

await defineAction({
  inputs: readTagInputs,
  context: createRegistryContext,
  run: (context, inputs) => tagImage(inputs, context),
  publish,
});
