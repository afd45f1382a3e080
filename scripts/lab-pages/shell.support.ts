import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { awsCli } from "@ecs-delivery/simulator/outside-clients/programs.support";

export interface Shell {
  /** Resolves with the commands' output; rejects with the error output when one fails. */
  run(commands: string): Promise<string>;
  end(): Promise<void>;
}

const endMark = "commands-have-ended";

/** Starts one bash for all pages, like a student's terminal: definitions of one page are available in the next. */
export function startShell(folder: string, variables: Readonly<Record<string, string>>): Shell {
  const { PATH, ...environment } = nodeEnvironment();
  const { DOCKER_HOST } = process.env;
  const child = spawn("bash", ["--noprofile", "--norc"], {
    cwd: folder,
    env: {
      ...environment,
      ...(DOCKER_HOST && { DOCKER_HOST }),
      PATH: `${dirname(awsCli)}:${PATH}`,
      HOME: folder,
      TMPDIR: folder,
      AWS_PAGER: "",
      ...variables,
    },
  });
  child.stdin.write("set -eu -o pipefail\n");
  return {
    run: (commands) => runIn(child, commands),
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

function runIn(child: ChildProcessWithoutNullStreams, commands: string): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null)
      throw new Error("the shell ended with the failed command of an earlier page");
    const said = { output: "", errors: "" };
    const leave = () => {
      child.stdout.off("data", read);
      child.stderr.off("data", readErrors);
      child.off("exit", fail);
    };
    const read = (data: Buffer) => {
      said.output += data;
      if (!said.output.includes(endMark)) return;
      leave();
      resolve(said.output.slice(0, said.output.indexOf(endMark)));
    };
    const readErrors = (data: Buffer) => {
      said.errors += data;
    };
    const fail = () => {
      leave();
      reject(new Error(`a command failed: ${said.errors}\n${said.output}\nof\n${commands}`));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", readErrors);
    child.on("exit", fail);
    child.stdin.write(`${commands}\necho ${endMark}\n`);
  });
}
