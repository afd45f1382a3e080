import { generateLoad } from "../../actions/shared/load/generate-load.ts";
import { summarise } from "../../actions/shared/load/summarise.ts";
import type { GeneratorLoad } from "./generator.ts";

// As run-load-test sends it: a process of its own.
const { url, connections, seconds } = JSON.parse(process.argv[2] ?? "") as GeneratorLoad;
const report = await generateLoad(
  {
    loop: "closed",
    stages: [{ durationMs: seconds * 1000, from: connections, to: connections }],
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: connections,
    targets: [{ url: new URL(url), weight: 1 }],
    request: { method: "GET", headers: {}, body: undefined, timeoutMs: 10_000 },
    expected: (status) => status === 200,
  },
  new AbortController().signal,
);
if (report.failed > 0) throw new Error(`${report.failed} of ${report.requests} requests failed`);
process.send?.(summarise(report));
