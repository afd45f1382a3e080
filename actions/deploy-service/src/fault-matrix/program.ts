/**
 * What the tasks of the matrix run. VERSION begins with what becomes of it, and is what it answers; the pause before
 * an answer keeps requests under way whenever something changes.
 */
export const program = `
import { createServer } from "node:http";
const version = process.env.VERSION ?? "";
const fate = version.split("-")[0];
if (fate === "crash") throw new Error("cannot read the menu");
if (fate === "killed") process.kill(process.pid, "SIGKILL");
const server = createServer((request, response) => {
  response.statusCode = fate === "unhealthy" ? 500 : 200;
  setTimeout(() => response.end(version), 10);
});
const listen = () => server.listen(fate === "elsewhere" ? 9090 : 8080);
if (fate === "slow") setTimeout(listen, 60_000);
else listen();
process.on("SIGTERM", () => {
  if (fate !== "stubborn") server.close(() => process.exit(0));
});
console.log("ready");
`;
