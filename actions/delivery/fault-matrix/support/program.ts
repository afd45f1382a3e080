import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";

/**
 * The program of the matrix's tasks. VERSION begins with the task's fate, and is the response; a slow task does not
 * finish its start while a row lasts. The pause before a response keeps requests in progress whenever something
 * changes.
 */
export const program = `
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
const version = process.env.VERSION ?? "";
const fate = version.split("-")[0];
if (fate === "crash") throw new Error("cannot read the menu");
if (fate === "writing") writeFileSync("/tmp/menu", version);
if (fate === "hungry") for (const held = []; ; ) held.push(Buffer.alloc(2 ** 24, 1));
if (fate === "killed") process.kill(process.pid, "SIGKILL");
const server = createServer((request, response) => {
  if (fate === "slow") response.statusCode = 503;
  setTimeout(() => response.end(version), 10);
});
server.listen(fate === "elsewhere" ? 9090 : 8080);
process.on("SIGTERM", () => {
  if (fate !== "stubborn") server.close(() => process.exit(0));
});
console.log("ready");
`;

const failingStatus: Readonly<Record<string, number>> = { unhealthy: 500, slow: 503 };

/** The same with the fates that need no process. */
export const inProcessProgram: Program = ({ environment, listen, onSignal, onExec, exit, log }) => {
  const { VERSION = "" } = environment;
  const [fate = ""] = VERSION.split("-");
  if (fate === "crash") throw new Error("cannot read the menu");
  const server = listen(fate === "elsewhere" ? 9090 : 8080, (_, response) => {
    response.statusCode = failingStatus[fate] ?? 200;
    response.end(VERSION);
  });
  onExec(() => (fate === "sick" ? 1 : 0));
  onSignal(() => fate !== "stubborn" && server.close(() => exit(0)));
  log("ready");
};
