import { defineAction } from "../../core/define-action.ts";
import { readLoadInputs } from "./inputs.ts";
import { runAndReport } from "./run-load-test.ts";

await defineAction({ inputs: readLoadInputs, context: (job) => job, run: runAndReport });
