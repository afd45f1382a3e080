import { lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dockerCredentials } from "../../../registry/docker-credentials.ts";
import { ecrHostsIn } from "./builder.ts";
import { createDockerConfig } from "./docker-command.ts";

let folder: string;
let own: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-config-"));
  own = join(folder, "user");
  await mkdir(join(own, "contexts"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const create = (logins: Parameters<typeof createDockerConfig>[2], variables = {}) =>
  createDockerConfig(join(folder, "private"), { DOCKER_CONFIG: own, ...variables }, logins);

it("adds a login to a copy of the user's configuration that nobody else can read", async () => {
  const config = {
    auths: { "ghcr.io": { auth: "bWU6YQ==" } },
    currentContext: "remote",
    credsStore: "desktop",
  };
  await writeFile(join(own, "config.json"), JSON.stringify(config));
  const variables = await create(new Map([["host:5000", { user: "AWS", password: "a:b" }]]), {
    PATH: "/bin",
  });
  expect(variables).toEqual({
    PATH: "/bin",
    DOCKER_CONFIG: join(folder, "private"),
    BUILDX_CONFIG: join(own, "buildx"),
  });
  const text = await readFile(join(folder, "private", "config.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({
    currentContext: "remote",
    credsStore: "desktop",
    auths: config.auths,
  });
  expect(await dockerCredentials("host:5000", variables)).toEqual({ user: "AWS", password: "a:b" });
  expect((await stat(join(folder, "private"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "private", "config.json"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(own, "config.json"), "utf8")).toBe(JSON.stringify(config));
});

it("keeps the user's contexts and builders where they are", async () => {
  const variables = await create(new Map(), { BUILDX_CONFIG: "/builders" });
  const contexts = join(folder, "private", "contexts");
  expect((await lstat(contexts)).isSymbolicLink()).toBe(true);
  expect(await readlink(contexts)).toBe(join(own, "contexts"));
  expect(variables.BUILDX_CONFIG).toBe("/builders");
});

it("logs in to Docker Hub by the name that Docker uses, and with an identity token", async () => {
  const logins = new Map([
    ["registry-1.docker.io", { user: "me", password: "a" }],
    ["registry.example.com", { user: "<token>", password: "t0k3n" }],
  ]);
  await create(logins);
  expect(JSON.parse(await readFile(join(folder, "private", "config.json"), "utf8")).auths).toEqual({
    "https://index.docker.io/v1/": { auth: "bWU6YQ==" },
    "registry.example.com": { identitytoken: "t0k3n" },
  });
});

it("names a broken file", async () => {
  await writeFile(join(own, "config.json"), "{");
  await expect(create(new Map())).rejects.toThrow("user/config.json is not JSON");
});

it.each([
  [
    "FROM 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1\nCOPY --from=public.ecr.aws/b:1 / /",
    ["eu-west-1.amazonaws.com"],
  ],
  ["ARG A=123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn\nFROM $A/base", ["cn-north-1.amazonaws.com.cn"]],
  ["FROM node:24", []],
])("finds the private ECRs that need a login in %j", (text, hosts) => {
  expect(ecrHostsIn(text)).toEqual(hosts.map((host) => `123456789012.dkr.ecr.${host}`));
});
