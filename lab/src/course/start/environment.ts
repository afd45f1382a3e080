import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportLines } from "@ecs-delivery/simulator/shell-lines";
import type { Keys, SimulatorProcess } from "../../story/simulator-process.ts";

interface Shown {
  readonly simulator: Pick<SimulatorProcess, "endpoint" | "region"> & { readonly keys: Keys };
  /** Folder of this project or of its package. */
  readonly project: string;
}

/** Writes what a terminal needs in this session: `env.sh`, and the programs on its PATH. */
export async function writeEnvironment(folder: string, { simulator, project }: Shown): Promise<void> {
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
  await writeProgram(join(programs, "ecs-delivery"), `exec ${quoted(process.execPath)} ${quoted(main)} "$@"`);
  await writeProgram(join(programs, "build-image"), buildImage);
}

/** For `git push` to the addresses of the course's CodeCommit. */
const gitVariables = (endpoint: string) => ({
  GIT_CONFIG_COUNT: "3",
  GIT_CONFIG_KEY_0: `url.${endpoint}/v1/repos/.insteadOf`,
  GIT_CONFIG_VALUE_0: "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/",
  GIT_CONFIG_KEY_1: "credential.helper",
  GIT_CONFIG_VALUE_1: "!aws codecommit credential-helper --ignore-host-check $@",
  GIT_CONFIG_KEY_2: "credential.UseHttpPath",
  GIT_CONFIG_VALUE_2: "true",
});

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

async function writeProgram(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** The node of the image is the simulated AWS's own, so the image has the program and its packages only. */
const buildImage = `# Builds the folder of a service into an image without Docker, and pushes it to ECR with the tag latest.
if [ ! -f "$1/index.js" ] || [ $# -ne 1 ]; then
  echo "build-image: name the folder of one service, which has index.js: build-image customer" >&2
  exit 2
fi
name=$(basename "$1")
echo "With Docker: docker build --tag $name $1, docker tag $name <repository>:latest, docker push <repository>:latest"
exec ecs-delivery build-image --repository "$name" --context "$1" --tags latest --base-image scratch \\
  --entrypoint '["node","index.js"]' --exposed-ports 8080`;

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
| <${site}> | the load balancer's port 80, once you have made it; port 8080 is 8000 higher |
| \`env.sh\` | the address and the keys of the account. Do not commit it |
| \`.lab/\` | what the course keeps, and the logs |

The lab never removes a file of yours. When it ends, the account ends with it. The next start in this folder makes the account again up to the phase where you were, with your own code.
${hasDocker ? "" : withoutDocker}`;

const withoutDocker = `
## Without Docker

| with Docker | here |
|---|---|
| \`docker build --tag customer customer\`, \`docker tag …\`, \`docker push …\` | \`build-image customer\`: the same layers, pushed to ECR |
| \`docker run -d -p 8080:8080 -e APP_DB_HOST="$dbEndpoint" customer\` | \`APP_DB_HOST="$dbEndpoint" APP_PORT=8080 node customer/index.js\` |
| a task of ECS is a container | a task is a process with the image's files |

The Dockerfile is still yours to write: check-lab reads it.
`;
