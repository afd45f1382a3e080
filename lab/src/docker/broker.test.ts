import {
  startTestRegistry,
  type TestRegistry,
} from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createBroker } from "./broker.ts";

let registry: TestRegistry;
let broker: ReturnType<typeof createBroker>;
let standIns: string[];
let files: Map<string, string>;
/** Calls of the real program, and their results. */
let ran: string[];
let answers: { code: number; errors: string }[];

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.ecr.createRepository?.(
    { repositoryName: "app" },
    { accessKeyId: "test", sourceIp: "127.0.0.1" },
  );
});
afterAll(() => registry.close());
beforeEach(() => {
  standIns = [];
  [ran, answers] = [
    [],
    [
      { code: 0, errors: "" },
      { code: 0, errors: "" },
    ],
  ];
  files = new Map([
    ["/w/Dockerfile", "FROM node:20\nEXPOSE 3000"],
    ["/w/api/Dockerfile.prod", "FROM x"],
  ]);
  broker = createBroker({ host: registry.host, onStandIn: (image) => standIns.push(image) });
});

const ecr = "999999999999.dkr.ecr.eu-west-3.amazonaws.com";

/** Runs one line per element as a step of a job in /w, and returns what the last one printed. */
async function docker(lines: string[], environment: Record<string, string> = { RUNNER_TEMP: "/job" }) {
  let printed = "";
  let code = 0;
  for (const line of lines) {
    printed = "";
    const print = (text = "") => {
      printed += text;
      return undefined;
    };
    const work: Record<string, (...values: string[]) => string | undefined> = {
      read: (path = "") => (path === "-" ? registry.password : files.get(path)),
      digest: (folder = "") =>
        [...files.keys()].some((path) => path.startsWith(folder))
          ? (files.get("/w/source") ?? "")
          : undefined,
      write: (path = "", text = "") => void files.set(path, text),
      append: (path = "", text = "") => void files.set(path, (files.get(path) ?? "") + text),
      print,
      printError: print,
      run: (args) => answers[ran.push(String(args).replaceAll(registry.host, "HOST")) - 1] as never,
    };
    code = await broker({
      args: line.split(" "),
      directory: "/w",
      environment,
      ask: async (what, ...values) => work[what]?.(...(values as string[])),
    });
  }
  return { code, printed: printed.replaceAll(registry.host, "HOST") };
}

const login = `login -u AWS --password-stdin ${ecr}`;

it("pushes a stand-in under any name of ECR, with another digest for each commit", async () => {
  const first = await docker([login, `build -t ${ecr}/app:1 .`, `push ${ecr}/app:1`]);
  expect(first).toMatchObject({
    code: 0,
    printed: expect.stringContaining("The push refers to repository [HOST/app]"),
  });
  files.set("/w/source", "changed");
  const second = await docker([`build -t local -q .`, `tag local ${ecr}/app:2`, `push ${ecr}/app:2`]);
  const { tags } = registry.registry.repository("app") ?? {};
  expect(second.printed).toContain(tags?.get("2"));
  expect(tags?.get("1")).not.toBe(tags?.get("2"));
  expect(standIns).toEqual([`${registry.host}/app:1`, "local:latest"]);
});

it.each([
  [["build ."], "#1 exporting manifest sha256:"],
  [["build -t app:1 .", "build -t b .", "images --format {{.Repository}}={{.Tag}} app"], "app=1\n"],
  [["build -f api/Dockerfile.prod api"], "responds with 200 on the container's port"],
  [["build -t a:1 -t a:2 --output type=docker,dest=/x .", "load -i /x", "images -q a"], "\n"],
  [
    ["build -t a:1 .", "save -o /x a:1", "build -t a:1 --label é=ü .", "load --input=/x"],
    "Loaded image: a:1\n",
  ],
  [["build -o type=oci,dest=x .", "load --input x"], "Loaded image ID: sha256:"],
])("performs %j", async (lines, printed) => {
  expect(await docker(lines)).toEqual({ code: 0, printed: expect.stringContaining(printed) });
});

it.each<[string, string, string[]]>([
  ["FROM node", "", []],
  ["FROM node AS base\nENV PORT=80\nFROM other\nEXPOSE 1\nFROM base", "", ["80"]],
  ["FROM node AS a\nEXPOSE 1\nFROM node\nEXPOSE 2", " --target a", ["1"]],
  ["ARG P=1\nFROM node\nARG P\nENV PORT $P \\\n\nexpose $PORT/tcp 53/udp", " --build-arg P=5000", ["5000"]],
  ["ARG P=1\nFROM node\nARG P\nEXPOSE $P", "", ["1"]],
  [`FROM node\nENV A="x" PORT="\${NONE:-3000}"`, "", ["3000"]],
])("takes the ports of %j", async (text, options, ports) => {
  files.set("/w/Dockerfile", text);
  const { printed } = await docker([`build -t app${options} .`, "inspect -f {{.Config.ExposedPorts}} app"]);
  expect(Object.keys(JSON.parse(printed))).toEqual(ports.map((port) => `${port}/tcp`));
});

it.each<[string, string, number?]>([
  [
    "build -f docker/Dockerfile .",
    "failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory",
  ],
  ["build -t app:1 other", `ERROR: failed to build: unable to prepare context: path "other" not found`],
  ["build --target test .", `target stage "test" could not be found`],
  ["build -t /app:1 .", `invalid argument "/app:1" for "-t, --tag" flag: invalid reference format`, 125],
  ["build -t App .", "repository name (App) must be lowercase", 125],
  ["build", "requires 1 argument"],
  ["build --network host .", "docker build --network would give the build access to this machine"],
  ["build --ssh default .", "docker build --ssh would give"],
  ["build -o type=local,dest=out .", "needs a Docker engine"],
  ["save app", "Error response from daemon: No such image: app:latest"],
  ["load -i Dockerfile", "docker load: this is not an archive of a stand-in"],
  ["tag app:1 app:2", "Error response from daemon: No such image: app:1"],
  [`push ${ecr}/app:3`, "An image does not exist locally with the tag: HOST/app"],
  [`build --push -t ${ecr}/app:3 .`, "no basic auth credentials"],
  [`login -u AWS -p wrong ${ecr}`, "login attempt to http://HOST/v2/ failed with status: 401 Unauthorized"],
  ["cp x:/a .", "docker cp: Later lines need its result"],
])("%s fails with docker's text", async (line, text, code = 1) => {
  expect(await docker([line])).toEqual({ code, printed: expect.stringContaining(text) });
});

it("reports a repository that does not exist as ECR does", async () => {
  expect(await docker([login, `build --push -t ${ecr}/missing .`])).toEqual({
    code: 1,
    printed: expect.stringContaining(
      "name unknown: The repository with name 'missing' does not exist in the registry with id '123456789012'",
    ),
  });
});

it.each([
  ["run --rm -v /:/host alpine"],
  ["compose up -d"],
  ["system prune -af"],
  ["rmi app"],
  ["-H ssh://prod ps"],
  ["push docker.io/me/app"],
  ["login -u me -p secret ghcr.io"],
])("leaves out %s", async (line) => {
  const { code } = await docker([line], { ECS_DELIVERY_LEFT_OUT: "/left" });
  expect(code).toBe(0);
  expect(JSON.parse(files.get("/left") ?? "")).toEqual({
    what: expect.stringContaining("docker "),
    why: expect.any(String),
  });
});

it("gives each job a machine of its own", async () => {
  await docker([login, `build -t ${ecr}/app:4 .`]);
  expect(await docker([`push ${ecr}/app:4`], { RUNNER_TEMP: "/other" })).toMatchObject({ code: 1 });
});

const useEngine = () => {
  const environment: Record<string, string> = {};
  const engine = { environment, standInArguments: async () => ["--file", "/stand-in", "/base"] };
  broker = createBroker({ host: registry.host, onStandIn: (image) => standIns.push(image), engine });
};

it.each([
  [`build --builder x -t ${ecr}/app:1 .`, "build,-t,HOST/app:1,."],
  [`push ${ecr}/app:1`, "push,HOST/app:1"],
  [login, "login,-u,AWS,--password-stdin,HOST"],
  ["image ls", "image,ls"],
  ["run -v /:/host alpine", undefined],
  ["login -u me -p secret ghcr.io", undefined],
  ["push me/app", undefined],
])("with an engine, %s runs the real program with %s", async (line, args) => {
  useEngine();
  expect(await docker([line])).toMatchObject({ code: 0 });
  expect(ran).toEqual(args ? [args] : []);
});

const unreachable = `ERROR: failed to solve: node:20: failed to resolve source metadata for docker.io/library/node:20: failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host`;
const denied =
  "ERROR: failed to solve: x: pull access denied, repository does not exist or may require authorization";

it.each<[string, string[], number]>([
  [unreachable, [], 0],
  [denied, ["login -u me -p secret ghcr.io"], 0],
  [denied, [], 7],
  ["ERROR: failed to solve: docker.io/library/nod:20: not found", [], 7],
  ['ERROR: process "/bin/sh -c npm ci" did not complete: getaddrinfo ENOTFOUND', [], 7],
])("after %j and %j, a build in the engine ends with %i", async (errors, before, code) => {
  useEngine();
  answers[0] = { code: 7, errors };
  expect(await docker([...before, "build -t app --build-arg A=1 ."])).toMatchObject({ code });
  const standIn = "buildx,build,--tag=app,--load,--file,/stand-in,/base";
  expect(ran.slice(1)).toEqual(code === 0 ? [standIn] : []);
  expect(standIns).toEqual(code === 0 ? ["app:latest"] : []);
});

it("pushes to the repository that has the images of another account", async () => {
  const name = "222222222222.dkr.ecr.us-east-1.amazonaws.com/app";
  const repositories = [name];
  broker = createBroker({ host: registry.host, repositories, onStandIn: (image) => standIns.push(image) });
  await docker([login, `build -t ${name}:1 -t ${ecr}/app:1 .`]);
  expect(standIns).toEqual([`${registry.host}/${name}:1`]);
  expect((await docker([`push ${ecr}/app:1`])).code).toBe(0);
  expect((await docker([`push ${name}:1`])).printed).toContain(`The repository with name '${name}'`);
});

it("makes a stand-in of an archive that the engine cannot write", async () => {
  useEngine();
  answers[0] = { code: 1, errors: "ERROR: OCI exporter is not supported for the docker driver." };
  const metadata = "--metadata-file /m --output type=oci,dest=out/image.tar";
  expect(await docker([`build ${metadata} .`])).toMatchObject({ code: 0 });
  expect(standIns).toEqual(["image.tar"]);
  const digest = JSON.parse(files.get("/m") ?? "")["containerimage.digest"];
  expect(files.get("/w/out/image.tar")).toContain(`"digest":"${digest}"`);
});

it("takes base images of ECR from the simulated registry", async () => {
  useEngine();
  files.set("/w/Dockerfile", `FROM ${ecr}/base:1 AS base`);
  await docker(["build ."]);
  expect(ran).toEqual([`build,.,--build-context=${ecr}/base:1=docker-image://HOST/base:1`]);
});
