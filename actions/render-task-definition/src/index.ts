import { defineAction } from "../../core/define-action.ts";
import { openRendering } from "./context.ts";
import { readRenderInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { renderFiles } from "./render-files.ts";

await defineAction({
  inputs: readRenderInputs,
  context: openRendering,
  run: (context, inputs) => renderFiles(inputs, context),
  publish,
});
