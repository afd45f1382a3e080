import { defineAction } from "../../core/define-action.ts";
import { openMirror } from "./context.ts";
import { readMirrorInputs } from "./inputs.ts";
import { mirror } from "./mirror.ts";
import { MirrorRecord, outcome, publish } from "./publish.ts";

await defineAction({
  inputs: () => readMirrorInputs(process.env),
  context: openMirror,
  record: (inputs) => new MirrorRecord(inputs),
  run: mirror,
  publish,
  outcome,
});
