import { defineAction } from "../../core/define-action.ts";
import { openMirror } from "./context.ts";
import { readMirrorInputs } from "./inputs.ts";
import { mirrorAndReport } from "./mirror-and-report.ts";

await defineAction({
  inputs: () => readMirrorInputs(process.env),
  context: openMirror,
  run: mirrorAndReport,
});
