import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli } from "../../simulator/src/outside-clients/programs.support.ts";
import { pushProgram } from "../../simulator/src/services/ecs/controller/push-program.support.ts";
import type { Simulator } from "../../simulator/src/simulator.ts";
import { startRealSimulator, testListenerPortOffset } from "../../simulator/src/test-simulator.support.ts";
import { type CodeBlock, codeBlocksOf } from "./markdown.ts";

// Runs a student's manual steps through the phases: each command of a page in one shell, in order, in an account like
// the course's at its beginning. `sh` blocks are run, Git's commands among them; `console` blocks need Docker or another machine.
const pages = [
  "phase-2-analyse-the-monolith",
  "phase-3-development-environment",
  "phase-4-microservices-in-docker",
  "phase-5-registry-and-cluster",
  "phase-6-load-balancer",
  "phase-7-services",
  "phase-8-pipelines",
  "phase-9-adjust-and-scale",
];

let simulator: Simulator;
let shell: Shell;
const folder = mkdtempSync(join(tmpdir(), "lab-commands-"));
beforeAll(async () => {
  // CodeDeploy gives new tasks an hour: a minute here, which is enough even on a busy machine.
  simulator = await startRealSimulator({ account: "academy", timeScale: 60 });
  await createWorkstationGroup(simulator);
  shell = startShell(simulator);
});
afterAll(async () => {
  await shell?.end();
  await simulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.sequential.each(pages)("%s", (name) => {
  const blocks = codeBlocksOf(
    readFileSync(join(import.meta.dirname, `../../docs/lab/${name}.en.md`), "utf8"),
  );

  test("every command works as the page says", { timeout: 600_000 }, async () => {
    for (const [index, block] of blocks.entries()) {
      if (block.language === "console" && block.text.includes("docker push")) await pushImages();
      if (block.language !== "sh") continue;
      const shown = outputAfter(blocks, index);
      if (shown === undefined) await shell.run(block.text);
      // Tasks start and stop on their own: a command is repeated until its output is as expected.
      else
        await expect.poll(() => shell.run(block.text), { timeout: 120_000, interval: 1_000 }).toMatch(shown);
    }
  });
});

/** Cloud9 creates it for the instance of the workstation; the simulated Cloud9 starts no instance. */
async function createWorkstationGroup({ aws }: Simulator): Promise<void> {
  const { Vpcs } = await aws.ec2.describeVpcs({ Filters: [{ Name: "tag:Name", Values: ["LabVPC"] }] });
  await aws.ec2.createSecurityGroup({
    GroupName: "aws-cloud9-MicroservicesIDE-0123456789abcdef",
    Description: "Security group for the environment MicroservicesIDE",
    VpcId: Vpcs?.[0]?.VpcId,
  });
}

/** Returns the output that the page shows under the commands, with `…` for varying text and blanks for tabs. */
function outputAfter(blocks: readonly CodeBlock[], index: number): RegExp | undefined {
  const next = blocks[index + 1];
  if (next?.language !== "text") return undefined;
  const literal = next.text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = literal.replaceAll("…", "[^\\n]*").replaceAll(/ +/g, "[ \\t]+");
  return new RegExp(`^${pattern}\\s*$`);
}

/** Replaces `docker push` with a stand-in for each service that serves only its own paths. */
async function pushImages(): Promise<void> {
  for (const [service, paths] of [
    ["customer", "^/(suppliers.*)?$"],
    ["employee", "^/admin(/.*)?$"],
  ] as const) {
    const { repositories } = await simulator.aws.ecr.describeRepositories({ repositoryNames: [service] });
    await pushProgram(simulator, repositories?.[0]?.repositoryUri ?? "", serverOf(paths));
  }
}

const serverOf = (paths: string) => `
import { createServer } from "node:http";
createServer((request, response) => {
  response.statusCode = new RegExp(${JSON.stringify(paths)}).test(request.url) ? 200 : 404;
  response.end();
}).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

interface Shell {
  /** Resolves with the commands' output; rejects with the error output when one fails. */
  run(commands: string): Promise<string>;
  end(): Promise<void>;
}

/** Settings of docs/lab/README.md for CodeCommit, and a name for commits. */
function gitSettings(endpoint = "") {
  const settings = [
    [`url.${endpoint}/v1/repos/.insteadOf`, "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/"],
    ["credential.helper", "!aws codecommit credential-helper --ignore-host-check $@"],
    ["credential.UseHttpPath", "true"],
    ["user.name", "Student"],
    ["user.email", "student@example.com"],
  ];
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

/** Starts one bash for all pages, like a student's terminal: definitions of one page are available in the next. */
function startShell({ environmentVariables }: Simulator): Shell {
  const { PATH } = process.env;
  // Rewrites the load balancer's own address to its address on this machine.
  const offset = testListenerPortOffset();
  const ports = [80, 8080].map((port) => `connect-to = ":${port}:127.0.0.1:${port + offset}"`);
  writeFileSync(join(folder, ".curlrc"), ports.join("\n"));
  const child = spawn("bash", ["--noprofile", "--norc"], {
    cwd: folder,
    env: {
      ...environmentVariables,
      PATH: `${dirname(awsCli)}:${PATH}`,
      ...gitSettings(environmentVariables.AWS_ENDPOINT_URL),
      HOME: folder,
      TMPDIR: folder,
      AWS_PAGER: "",
    },
  });
  child.stdin.write("set -eu -o pipefail\n");
  return {
    // The address that a browser on this machine has.
    run: (commands) => runIn(child, commands.replaceAll("203.0.113.7", "127.0.0.1")),
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

function runIn(child: ChildProcessWithoutNullStreams, commands: string): Promise<string> {
  const end = "commands-have-ended";
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
      if (!said.output.includes(end)) return;
      leave();
      resolve(said.output.slice(0, said.output.indexOf(end)));
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
    child.stdin.write(`${commands}\necho ${end}\n`);
  });
}
