import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { onlyWay } from "@ecs-delivery/lab/course/guide";
import { type Course, openCourse } from "@ecs-delivery/lab/course/progress/course";
import { readGuides } from "@ecs-delivery/lab/course/progress/guides";
import { checkAccount } from "@ecs-delivery/lab/page/check-phases";
import { basePath, makeNodeBase } from "@ecs-delivery/program/base-image";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import type { Simulator } from "@ecs-delivery/simulator";
import { hasDocker } from "@ecs-delivery/simulator/runtime/tasks/runtimes.support";
import { startRealSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeBlocksOf, commandsOf } from "./markdown.support.ts";
import { type Shell, startShell } from "./shell.support.ts";
import { customerEdits, employeeEdits, monolith } from "./student-code.support.ts";

// Runs a student's way through the lab with the CLI: the commands of every page in one shell and in their order, with
// Git, Docker and curl, in an account like the course's at its beginning. In the end check-lab marks the account.
const pages = [
  "README.md",
  "phase-1-plan-and-cost.en.md",
  "phase-2-analyse-the-monolith.en.md",
  "phase-3-development-environment.en.md",
  "phase-4-microservices-in-docker.en.md",
  "phase-5-registry-and-cluster.en.md",
  "phase-6-load-balancer.en.md",
  "phase-7-services.en.md",
  "phase-8-pipelines.en.md",
  "phase-9-adjust-and-scale.en.md",
  "check-lab.en.md",
  "teachers-class.en.md",
];

const isInstalled = (program: string) => spawnSync("which", [program]).status === 0;

/** Commands that need more than one machine and the simulator, and what runs them instead. */
const elsewhere: readonly (readonly [command: RegExp, where: string])[] = [
  [/^npm run (lab|simulator)\b/, "lab and simulator/src/command.real.test.ts: the simulator runs already"],
  [/^aws secretsmanager put-secret-value /, "the rehearsal of the course's account, which has the stack"],
  [/^gh run download |^git ls-remote https|check-lab-class -- --repositories |--uses ACCOUNT/, "GitHub"],
  ...["lsof", "nmap"]
    .filter((program) => !isInstalled(program))
    .map((program) => [new RegExp(`^server (sudo )?${program} `), `a machine with ${program}`] as const),
];

const root = join(import.meta.dirname, "../..");
const blocksOf = (page: string) =>
  codeBlocksOf(onlyWay(readFileSync(join(root, "docs/lab", page), "utf8"), "cli"));

interface Step {
  readonly text: string;
  /** Lines that the page shows under it. */
  readonly shown: string;
  /** Whether the lines are all of the output. */
  readonly isAll: boolean;
}

/** Commands of the page, without those that run elsewhere. */
function stepsOf(page: string): Step[] {
  const blocks = blocksOf(page);
  return blocks.flatMap(({ language, text }, index): Step[] => {
    const next = blocks[index + 1];
    if (language === "sh") return [{ text, shown: next?.language === "text" ? next.text : "", isAll: true }];
    if (language !== "console") return [];
    const here = commandsOf(text).filter(({ text }) => !elsewhere.some(([command]) => command.test(text)));
    return here.map((command) => ({ ...command, isAll: false }));
  });
}

const folder = useFolder();
const workspace = join(folder, "environment");
const code = join(workspace, "microservices");
const base = `lab-pages-node:${process.pid}`;
const offset = testListenerPortOffset();
/** In this worker's block: a port of the system's own choice can be given away before a page needs it. */
const ports = { server: offset + 1, customer: offset + 2, employee: offset + 3 };
/** The load balancer's address on this machine. */
const site = `http://127.0.0.1:${80 + offset}`;
let simulator: Simulator;
let shell: Shell;
let server: ChildProcess;
/** The endpoint of supplierdb. */
let database: string;
/** As the tab *Course* shows the same account. */
let course: Course;

beforeAll(async () => {
  // CodeDeploy gives new tasks an hour: a minute here, which is enough even on a busy machine.
  // Tasks are containers, as on page 4: these reach the database at the same address.
  const options = { networks: "enforce", timeScale: 60, taskRuntime: "docker" } as const;
  simulator = await startRealSimulator({ account: "academy", ...options });
  await importNodeBase();
  const { DBInstances } = await simulator.aws.rds.describeDBInstances({ DBInstanceIdentifier: "supplierdb" });
  database = DBInstances?.[0]?.Endpoint?.Address ?? "";
  writeFiles(join(folder, "server"), monolith);
  const environment = {
    PATH: process.env.PATH,
    NODE_PATH: join(root, "node_modules"),
    APP_PORT: String(ports.server),
    APP_DB_HOST: database,
  };
  server = spawn("node", ["index.js"], { cwd: join(folder, "server"), env: environment, stdio: "ignore" });
  const monolithSite = `http://127.0.0.1:${ports.server}`;
  const checked = { account: simulator.clientConfig, repository: code, site, monolith: monolithSite };
  course = openCourse({
    guides: await readGuides(join(root, "docs/lab"), "cli"),
    state: join(folder, "progress.json"),
    check: (signal) => checkAccount(checked, signal),
  });
  writeFiles(workspace, { "labsuser.pem": "the key of AWS Details\n" });
  // Rewrites the load balancer's own address to its address on this machine.
  const targets = [80, 8080].map((port) => `connect-to = ":${port}:127.0.0.1:${port + offset}"`);
  writeFileSync(join(folder, ".curlrc"), targets.join("\n"));
  const author = ["AUTHOR", "COMMITTER"].flatMap((who) => [
    [`GIT_${who}_NAME`, "Student"],
    [`GIT_${who}_EMAIL`, "student@example.com"],
  ]);
  shell = startShell(folder, { ...simulator.environmentVariables, ...Object.fromEntries(author) });
  await shell.run(preparation);
});
afterAll(async () => {
  await course?.close();
  server?.kill();
  await shell?.run(removal).catch(() => {});
  await shell?.end();
  await simulator?.close();
});

/** This machine's own Node takes the place of the base from Docker Hub. */
const preparation = `
docker() {
  if [ "$1" != build ]; then command docker "$@"; return; fi
  shift; command docker build --quiet --build-context node:24-alpine=docker-image://${base} "$@"
}
export GIT_CONFIG_COUNT=3
export GIT_CONFIG_KEY_0=url.$AWS_ENDPOINT_URL/v1/repos/.insteadOf
export GIT_CONFIG_VALUE_0=https://git-codecommit.us-east-1.amazonaws.com/v1/repos/
export GIT_CONFIG_KEY_1=credential.helper GIT_CONFIG_KEY_2=credential.UseHttpPath GIT_CONFIG_VALUE_2=true
export GIT_CONFIG_VALUE_1='!aws codecommit credential-helper --ignore-host-check $@'
cd environment`;
const removal = `docker rm --force ${ownName("customer_1")} ${ownName("employee_1")}
docker image rm --force customer employee "$registry/customer" "$registry/employee" ${base}`;

describe.skipIf(!hasDocker).sequential.each(pages)("%s", (page) => {
  test("every command works as the page says", { timeout: 600_000 }, async () => {
    // Fails at once where a command of an earlier page has ended the shell.
    await shell.run(":");
    for (const step of stepsOf(page)) {
      // The text before it says what to change in both services.
      if (step.text.includes("Customer service")) writeFiles(join(code, "customer"), customerEdits);
      if (step.text.includes("Employee service")) writeFiles(join(code, "employee"), employeeEdits);
      const text = inClone(page, onThisMachine(step.text));
      const isRequest = /^(curl|npm run check-lab) /.test(step.text);
      if (!step.shown && !isRequest) await shell.run(text);
      // Tasks and containers start and stop on their own: a command is repeated until its output is as expected.
      else
        await expect
          .poll(() => shell.run(`{ ${text}\n} || echo "exit code $?"`), {
            interval: 1_000,
            message: text,
          })
          .toMatch(step.shown ? patternOf(step) : /^(?![\s\S]*exit code)/);
      if (page.startsWith("phase"))
        await expect.poll(() => stepsThatAre("broken"), { message: step.text }).toEqual([]);
    }
  });
});

test.skipIf(!hasDocker)("the pages do every step from phase 2 on that a check can see", async () => {
  const missing = async () => {
    const notDone = await stepsThatAre("open", "locked", "broken");
    return notDone.filter((id) => !/^10?\./.test(id));
  };
  await expect.poll(missing).toEqual(["4.5", "8.5"]);
});

async function stepsThatAre(...statuses: string[]): Promise<string[]> {
  await course.check();
  const steps = Object.entries(course.state().steps);
  return steps.flatMap(([id, found]) => (statuses.includes(found) ? [id] : []));
}

test("what runs elsewhere is on a page", () => {
  const commands = pages.flatMap(blocksOf).flatMap(({ text }) => commandsOf(text));
  for (const [command] of elsewhere)
    expect(
      commands.some(({ text }) => command.test(text)),
      `${command}`,
    ).toBe(true);
});

/** Node, npm, a shell, which RUN lines need, and the packages, which the images need not fetch then. */
async function importNodeBase(): Promise<void> {
  const files = await makeNodeBase({ folder: join(folder, "base"), npm: true });
  await build({
    cwd: root,
    input: Object.fromEntries(["express", "mustache-express", "mysql2"].map((name) => [name, name])),
    platform: "node",
    output: { dir: join(files, "node_modules"), format: "cjs", entryFileNames: "[name].js" },
  });
  mkdirSync(join(files, "bin"), { recursive: true });
  copyFileSync(realpathSync("/bin/sh"), join(files, "bin/sh"));
  chmodSync(join(files, "bin/sh"), 0o755);
  const command = `tar -C '${files}' -c . | docker import --change 'ENV PATH=${basePath}' - ${base}`;
  const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the base of the images could not be made: ${stderr}`);
}

/** Three pages use a clone of this repository, where npm runs its scripts. */
function inClone(page: string, text: string): string {
  return /^(phase-1|check-lab|teachers)/.test(page) ? `(cd '${root}'\n${text}\n)` : text;
}

/** The page's names of machines, addresses and ports, as they are here. The monolith's server is this machine, too. */
function onThisMachine(text: string): string {
  return (
    text
      .replaceAll("203.0.113.7", "127.0.0.1")
      .replaceAll(/\bsudo /g, "")
      .replaceAll("sleep 5", "sleep 0.5")
      // The CLI's own waiter polls every 15 seconds, and time is faster here.
      .replace(
        /aws deploy wait deployment-successful (--deployment-id \S+)/,
        'while [[ "$(aws deploy get-deployment $1 --query deploymentInfo.status --output text)" != Succeeded ]]; do sleep 1; done',
      )
      .replace("lsof -i :80", `lsof -n -P -i :${ports.server}`)
      .replace("[ -f labsuser.pem ]", "false")
      .replace(/folder=\$\(ssh .*/, "")
      .replace(/scp .*/, `cp -r ${folder}/server monolith`)
      .replace(
        /^server mysql .*/,
        `mariadb -h ${database} -u admin -plab-password -e 'select * from COFFEE.suppliers'`,
      )
      .replaceAll(/\b(?:customer|employee)_1\b/g, ownName)
      // A container that does not respond is asked again; a load balancer that does not respond is a fault.
      .replaceAll(/^curl (?=.*localhost:808[01])/gm, "curl --max-time 20 ")
      .replaceAll(/(-p |localhost:)(808[01])\b/g, (_, before, port) => before + ownPort(port))
      .replaceAll(".lab/cost", `${folder}/cost`)
      .replace(
        "--phase 6 --repository ../my-repository",
        `--phase 3,4,5,6,7,8,9 --repository ${workspace}/microservices --report ${folder}/reports/student --site ${site}`,
      )
      .replace("--reports reports", `--reports ${folder}/reports`)
  );
}

function ownName(container: string): string {
  return `${container}_${process.pid}`;
}

function ownPort(port: string): number {
  return port === "8080" ? ports.customer : ports.employee;
}

/** The lines that the page shows, with `…` for varying text and any blanks between words. */
function patternOf({ shown, isAll }: Step): RegExp {
  const lines = shown.trim().split("\n");
  const patterns = lines.map((line) =>
    line
      .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("…", "[^\\n]*")
      // Newer versions of Node name their main thread.
      .replace(/^node (.*)18u (.*)IPv6(.*)http/, "\\S+ $1\\d+u $2IPv[46]$3\\d+")
      .replace(/(\b|^)1234\b/, String(server.pid))
      .replace(/\broot\b/, userInfo().username)
      .replaceAll(/ +/g, "[ \\t]+"),
  );
  return new RegExp(
    isAll ? `^${patterns.join("\\n")}\\s*$` : patterns.map((line) => `(?=[\\s\\S]*${line})`).join(""),
  );
}
