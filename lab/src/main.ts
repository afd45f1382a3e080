import { runLab } from "./story/run-lab.ts";

// Nothing that an interruption left half started may keep the process.
process.exit(await runLab(process.argv.slice(2)));
