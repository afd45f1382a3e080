// @ts-check
import { once } from "node:events";
import { createServer } from "node:net";
import { Refusal } from "./command-line.mjs";
import { listenerOn } from "./processes.mjs";

/**
 * Refuses with an error that lists every port in use, its owner, and the option that changes it.
 * @param {readonly { port: number, option: string }[]} wanted
 */
export async function requireFreePorts(wanted) {
  const problems = [];
  for (const { port, option } of wanted) {
    const problem = await portProblem(port);
    if (problem) problems.push({ text: `port ${port} (${option}) ${problem}`, option });
  }
  if (problems.length === 0) return;
  const options = [...new Set(problems.map(({ option }) => option))].join(" and ");
  throw new Refusal(
    `${problems.map(({ text }) => text).join("; ")}. Fix: end that program, or choose ${problems.length > 1 ? "other ports" : "another port"} with ${options}`,
  );
}

/** @param {number} port */
async function portProblem(port) {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EACCES") return "is only for the system's administrator";
    if (code !== "EADDRINUSE") return `cannot be served (${message})`;
    const user = listenerOn(port);
    return user ? `is used by ${user.name} (process ${user.pid})` : "is used by another program";
  }
  server.close();
  await once(server, "close");
  return undefined;
}
