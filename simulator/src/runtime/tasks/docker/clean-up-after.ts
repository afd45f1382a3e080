import { once } from "node:events";
import { connectEngine, findEngineSocket } from "./engine.ts";
import { removeLeftovers } from "./leftovers.ts";

// Started by janitor.ts: the end of standard input means that the process in the argument has ended.
const [owner] = process.argv.slice(2);
process.stdin.resume();
await once(process.stdin, "end");
const engine = connectEngine(await findEngineSocket(process.env));
await removeLeftovers(engine, (each) => each === owner);
engine.close();
