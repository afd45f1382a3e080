import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";
import { exportLines } from "@ecs-delivery/simulator/shell-lines";
import { findAwsCli } from "../../repository-lab/aws-cli.ts";
import type { Keys, SimulatorProcess } from "../../story/simulator-process.ts";

interface Shown {
  readonly simulator: Pick<SimulatorProcess, "endpoint" | "region"> & { readonly keys: Keys };
  /** Folder of this project or of its package. */
  readonly project: string;
  readonly hasDocker: boolean;
  readonly timeScale: number;
}

/** Writes what a terminal needs in this session: `env.sh`, and the programs on its PATH. Returns what this machine lacks. */
export async function writeEnvironment(
  folder: string,
  { simulator, project, hasDocker, timeScale }: Shown,
): Promise<string[]> {
  const programs = join(folder, ".lab", "bin");
  const { endpoint, region, keys } = simulator;
  const variables = { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys, AWS_PAGER: "" };
  const lines = [
    "# Written at each start of the course. In each terminal:  source env.sh",
    ...exportLines({ ...variables, ...gitVariables(endpoint) }),
    `export PATH=${quoted(programs)}:$PATH`,
  ];
  const file = join(folder, "env.sh");
  await writeFile(file, `${lines.join("\n")}\n`);
  await chmod(file, 0o600);
  await mkdir(programs, { recursive: true });
  const main = [join(project, "cli/src/main.ts"), join(project, "bin.cjs")].find(existsSync) ?? "";
  await writeProgram(
    join(programs, "ecs-delivery"),
    `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(main)} "$@"\n`,
  );
  const standIn = await readFile(join(import.meta.dirname, "programs/docker"), "utf8");
  await writeProgram(join(programs, "course-docker"), standIn);
  // A terminal of the course has this folder on its PATH.
  const folders = (process.env.PATH ?? "").split(delimiter).filter((each) => each !== programs);
  const aws = await findAwsCli(
    { ...shortEnvironment(process.env), PATH: folders.join(delimiter) },
    timeScale,
  );
  await writeProgram(join(programs, "aws"), aws.program);
  const docker = join(programs, "docker");
  if (hasDocker) await rm(docker, { force: true });
  else await writeProgram(docker, standIn);
  return aws.notes;
}

/** Ends the processes that the stand-in for Docker has started. */
export async function endContainers(folder: string): Promise<void> {
  const docker = join(folder, ".lab", "bin", "course-docker");
  const { stdout } = await promisify(execFile)(docker, ["ps"]);
  await promisify(execFile)(docker, ["rm", "-f", ...stdout.split("\n").filter(Boolean)]);
}

/** For `git push` to the addresses of the course's CodeCommit. */
const gitVariables = (endpoint: string) => ({
  GIT_CONFIG_COUNT: "3",
  GIT_CONFIG_KEY_0: `url.${endpoint}/v1/repos/.insteadOf`,
  GIT_CONFIG_VALUE_0: "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/",
  GIT_CONFIG_KEY_1: "credential.helper",
  // Git also asks a helper to store what it gave, which the CLI's helper does not know.
  GIT_CONFIG_VALUE_1:
    '!f() { [ "$1" != get ] || aws codecommit credential-helper --ignore-host-check get; }; f',
  GIT_CONFIG_KEY_2: "credential.UseHttpPath",
  GIT_CONFIG_VALUE_2: "true",
});

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

async function writeProgram(file: string, script: string): Promise<void> {
  await writeFile(file, script);
  await chmod(file, 0o755);
}

interface Places {
  /** Addresses on this machine of the monolith and of the load balancer. */
  readonly monolith: string;
  readonly site: string;
  readonly hasDocker: boolean;
}

export const readmeOf = ({ monolith, site, hasDocker }: Places) => `# The course, on this machine

In each terminal: \`source env.sh\`. Then \`aws\`, \`git push\` to CodeCommit and \`ecs-delivery\` use the simulated account.

| | |
|---|---|
| \`monolith/\` | the program of MonolithicAppServer, which runs at <${monolith}/suppliers> |
| \`supplierdb\` | its users \`admin\` (\`lab-password\`) and \`nodeapp\` (\`coffee\`) |
| <${site}> | the load balancer's port 80, once you have made it; port 8080 is 8000 higher |
| \`env.sh\` | the address and the keys of the account. Do not commit it |
| \`.lab/\` | what the course keeps, and the logs |

The lab never removes a file of yours. When it ends, the account ends with it. The next start in this folder makes the account again up to the phase where you were, with your own code.
${hasDocker ? "" : withoutDocker}`;

const withoutDocker = `
## Without Docker

The guide's \`docker\` commands work here too: \`.lab/bin/docker\` stands in, and each command says what Docker would do. An image is a copy of the folder, which \`ecs-delivery build-image\` pushes. A container, and a task of ECS, is a process. The Dockerfile is still yours to write.
`;
