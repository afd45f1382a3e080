import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Reuses compiled code: the lab, the simulator and the load generators that it starts are up in half the time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "../../node_modules/.cache/compiled");
enableCompileCache(process.env.NODE_COMPILE_CACHE);
const { runLab } = await import("./story/run-lab.ts");

// Work that an interruption left half started must not keep the process running.
process.exit(await runLab(process.argv.slice(2)));
