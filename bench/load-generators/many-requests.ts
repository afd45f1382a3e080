import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generateLoad } from "@ecs-delivery/actions/load/generate-load";
import { closedLoop } from "./generator.ts";

/** Sends `first` requests, continues to `all`, and reports the memory in use at both times. */
const { url, connections, first, all } = JSON.parse(process.argv[2] ?? "") as {
  url: string;
  connections: number;
  first: number;
  all: number;
};
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** Bytes in use. Resident memory would show how much garbage Node finds convenient to keep. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const enough = new AbortController();
const usedMb: number[] = [];
let requests = 0;
const anHour = 3_600_000;
await generateLoad(closedLoop(url, connections, anHour), enough.signal, (second) => {
  requests += second.requests;
  const at = usedMb.length === 0 ? first : all;
  if (requests >= at) usedMb.push(memoryInUse() / 1e6);
  if (requests >= all) enough.abort();
});
process.send?.({ first: usedMb[0], all: usedMb.at(-1) });
