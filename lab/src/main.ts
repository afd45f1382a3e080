import { runLab } from "./story/run-lab.ts";

process.exitCode = await runLab(process.argv.slice(2));
