import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";

// What an action and GitHub's runner say to each other, as "Workflow commands for GitHub Actions" has it. Of
// @actions/core, whose HTTP client for OIDC tokens alone outweighs an action, this is the part that actions need.

/** The value of an input, trimmed; "" when it was not given. */
export function getInput(name: string): string {
  return (process.env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}

export function setOutput(name: string, value: string): void {
  writeFile("GITHUB_OUTPUT", name, value);
}

/** Keeps a value for the post step of this action; the last one counts. */
export function saveState(name: string, value: string): void {
  writeFile("GITHUB_STATE", name, value);
}

/** What was kept; "" when nothing was. */
export function readState(name: string): string {
  return process.env[`STATE_${name}`] ?? "";
}

/** The step is red, with this annotation; the process goes on. */
export function setFailed(message: string): void {
  process.exitCode = 1;
  command("error", message);
}

export function info(message: string): void {
  process.stdout.write(`${message}\n`);
}

export function notice(message: string): void {
  command("notice", message);
}

export function warning(message: string): void {
  command("warning", message);
}

/** Shown only when step debugging is on. */
export function debug(message: string): void {
  command("debug", message);
}

function command(name: string, message: string): void {
  const data = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::${name}::${data}\n`);
}

/** Outside of a runner there is no file, and nothing is written. At once, so that it outlives a killed process. */
function writeFile(variable: string, name: string, value: string): void {
  const file = process.env[variable];
  if (!file) return;
  const delimiter = `delimiter_${randomUUID()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}
