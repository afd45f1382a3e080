import { once } from "node:events";
import { connectEngine } from "./engine.ts";
import { findEngineSocket } from "./find-engine.ts";
import { removeLeftovers } from "./leftovers.ts";

// Started by janitor.ts: when standard input ends, so has the process that the argument names.
const [owner] = process.argv.slice(2);
process.stdin.resume();
await once(process.stdin, "end");
const engine = connectEngine(await findEngineSocket(process.env));
await removeLeftovers(engine, (each) => each === owner);
engine.close();
