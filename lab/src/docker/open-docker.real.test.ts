import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createWebAccount } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it } from "vitest";
import { openDocker } from "./open-docker.ts";

const folder = useEmptyFolder();

/** Opens `docker` for steps; returns a function that runs a shell script of a step. */
async function open(endpoint: string, ends: AsyncDisposableStack) {
  const standIns: string[] = [];
  const programs = await openDocker(
    {
      ...{ directory: join(folder, "docker"), engine: false, endpoint },
      onStandIn: (image) => standIns.push(image),
    },
    ends,
  );
  const bin = join(folder, "bin");
  await mkdir(join(folder, "app"), { recursive: true });
  await mkdir(bin);
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    RUNNER_TEMP: folder,
    NODE_OPTIONS: "--bad-option",
  };
  const step = (script: string, more: Record<string, string> = {}) =>
    promisify(execFile)("bash", ["-e", "-c", script], { cwd: join(folder, "app"), env: { ...env, ...more } });
  return { step, standIns };
}

it("a stand-in that is built and pushed by a step runs in a service and as a single task", async () => {
  await using ends = new AsyncDisposableStack();
  const simulator = await startRealSimulator();
  ends.defer(() => simulator.close());
  const { repositoryUri, networkConfiguration, targetGroups } = await createWebAccount(simulator, "main");
  const { step, standIns } = await open(simulator.endpoint, ends);
  await writeFile(
    join(folder, "app/Dockerfile"),
    "FROM node:24 AS base\nENV PORT=8080\nFROM base\nCMD node .",
  );
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const PASSWORD = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64")
    .toString()
    .slice(4);
  const { stdout, stderr } = await step(
    `registry=111111111111.dkr.ecr.us-east-1.amazonaws.com
    echo "$PASSWORD" | docker login --username AWS --password-stdin $registry
    docker build -t app --build-arg X=1 --iidfile id --metadata-file metadata.json .
    docker tag app $registry/web:latest
    docker push -q $registry/web:latest
    docker inspect --format '{{index .RepoDigests 0}}' app
    docker run --rm app npm test`,
    { PASSWORD },
  );
  expect(stderr).toContain("Made a stand-in, which responds with 200 on port 8080");
  expect(standIns).toEqual(["app:latest"]);
  expect(stderr).toContain("skipped by the rehearsal: docker run");
  const digest = stdout.trim().split("\n").at(-1);

  const { ecs } = simulator.aws;
  // Neither program is in the image.
  const healthCheck = { command: ["CMD-SHELL", "curl -f http://localhost:8080/"], interval: 5 };
  await ecs.registerTaskDefinition(
    webTaskDefinition(digest ?? "", { entryPoint: ["gunicorn"], command: ["app"], healthCheck }),
  );
  const common = {
    cluster: "main",
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration,
  } as const;
  await ecs.createService({
    ...{ ...common, serviceName: "web", desiredCount: 1 },
    loadBalancers: [{ containerName: "web", containerPort: 8080, targetGroupArn: targetGroups.blue }],
  });
  const { tasks } = await ecs.runTask({
    ...common,
    overrides: { containerOverrides: [{ name: "web", command: ["migrate"] }] },
  });
  const listed = () => simulator.aws.elbv2.describeTargetHealth({ TargetGroupArn: targetGroups.blue });
  await expect
    .poll(async () => (await listed()).TargetHealthDescriptions?.[0]?.TargetHealth?.State, {
      timeout: 20_000,
    })
    .toBe("healthy");
  const read = async () =>
    (await ecs.describeTasks({ cluster: "main", tasks: [tasks?.[0]?.taskArn ?? ""] })).tasks?.[0];
  await expect.poll(async () => (await read())?.containers?.[0]?.exitCode, { timeout: 20_000 }).toBe(0);
  const { taskArns = [] } = await ecs.listTasks({ cluster: "main", serviceName: "web" });
  const health = async () =>
    (await ecs.describeTasks({ cluster: "main", tasks: taskArns })).tasks?.[0]?.healthStatus;
  await expect.poll(health, { timeout: 20_000 }).toBe("HEALTHY");
  expect(repositoryUri).toBe(digest?.split("@")[0]);
});

it("a program of the repository that does not follow the protocol does not end the rehearsal", async () => {
  await using ends = new AsyncDisposableStack();
  const { step } = await open("http://127.0.0.1:1", ends);
  const socket = join(folder, "docker/docker.sock");
  const program = `const c = require("net").connect(process.argv[1], () => c.write("x\\ny\\n"));
    c.setEncoding("utf8").on("data", (text) => { if (text.includes('"exit"')) c.destroy(); process.stdout.write(text); });`;
  const { stdout } = await step(
    `'${process.execPath}' -e '${program.replaceAll("'", `'\\''`)}' '${socket}'`,
    {
      NODE_OPTIONS: "",
    },
  );
  expect(stdout).toContain(`["exit",1]`);
  expect((await step("docker --version")).stdout).toContain("28");
});
