import { defineAction } from "../../core/define-action.ts";
import { estimate } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

await defineAction({
  inputs: readEstimateInputs,
  context: ({ log }) => log,
  run: async (log, inputs) => estimate(inputs, log),
  publish,
});
