import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Simulator } from "../simulator.ts";

// Debian's packages install these; a version manager's programs of the same name may come first on PATH.
const installed = (path: string, name: string) => (existsSync(path) ? path : name);
export const awsCli = installed("/usr/bin/aws", "aws");
export const python = installed("/usr/bin/python3", "python3");

/** Runs a program with only the required variables of this process's environment, and `variables`. */
export async function run(
  program: string,
  args: readonly string[],
  { variables = {}, stdin = "" as string | Buffer, cwd = "." } = {},
): Promise<string> {
  const { PATH, HOME } = process.env;
  const running = promisify(execFile)(program, args, { cwd, env: { PATH, HOME, ...variables } });
  // A program that does not read its input may have ended before it gets any.
  running.child.stdin?.on("error", () => {});
  running.child.stdin?.end(stdin);
  return (await running).stdout;
}

/** Programs that know a simulator from its environment variables only. */
export function programsFor({ environmentVariables: variables }: Pick<Simulator, "environmentVariables">) {
  const execute = (program: string, args: readonly string[], stdin: string | Buffer = "") =>
    run(program, args, { variables, stdin });
  return {
    execute,
    /** Runs the AWS CLI; resolves to the object that it prints. */
    aws: async (...args: string[]) => JSON.parse((await execute(awsCli, [...args, "--output=json"])) || "{}"),
    /** Runs a script of this folder with boto3; resolves to the object that it prints. */
    boto3: async (script: string, args: readonly string[] = [], stdin = "") =>
      JSON.parse(await execute(python, [join(import.meta.dirname, script), ...args], stdin)),
  };
}
