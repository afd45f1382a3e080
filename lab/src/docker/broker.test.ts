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
  [["build -f api/Dockerfile.prod api"], "responds with 200 on the container's port"],
])("performs %j", async (lines, printed) => {
  expect(await docker(lines)).toEqual({ code: 0, printed: expect.stringContaining(printed) });
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
