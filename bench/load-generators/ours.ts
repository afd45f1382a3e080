import { summarise } from "@ecs-delivery/actions/load/counts";
import { generateLoad } from "@ecs-delivery/actions/load/generate-load";
import { closedLoop, type GeneratorLoad } from "./generator.ts";

// Runs as run-load-test sends load: in a separate process.
const { url, connections, seconds } = JSON.parse(process.argv[2] ?? "") as GeneratorLoad;
const report = await generateLoad(closedLoop(url, connections, seconds * 1000), new AbortController().signal);
if (report.failed > 0) throw new Error(`${report.failed} of ${report.requests} requests failed`);
process.send?.(summarise(report));
