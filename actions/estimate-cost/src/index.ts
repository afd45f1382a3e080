import { defineAction } from "../../core/define-action.ts";
import { createPricing, estimate } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

await defineAction({
  inputs: readEstimateInputs,
  context: ({ clock, log, signal }) => ({ log, createPricing, now: clock.now, signal }),
  run: (context, inputs) => estimate(inputs, context),
  publish,
});
