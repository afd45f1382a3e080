import { lstat, mkdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { beforeEach, expect, it } from "vitest";
import { dockerCredentials } from "../../../registry/docker-credentials.ts";
import { createDockerConfig } from "./docker-command.ts";

const folder = useEmptyFolder();
const own = join(folder, "user");
beforeEach(() => mkdir(join(own, "contexts"), { recursive: true }));

const create = (destination?: Parameters<typeof createDockerConfig>[2], variables = {}) =>
  createDockerConfig(join(folder, "private"), { DOCKER_CONFIG: own, ...variables }, destination);

it("adds a login to a copy of the user's configuration that only this user can read", async () => {
  const config = {
    auths: { "ghcr.io": { auth: "bWU6YQ==" } },
    currentContext: "remote",
    credsStore: "desktop",
  };
  await writeFile(join(own, "config.json"), JSON.stringify(config));
  const credentials = { user: "AWS", password: "a:b" };
  const variables = await create({ host: "host:5000", credentials }, { PATH: "/bin" });
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
  expect(await dockerCredentials("host:5000", variables)).toEqual(credentials);
  expect((await stat(join(folder, "private"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "private", "config.json"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(own, "config.json"), "utf8")).toBe(JSON.stringify(config));
});

it("keeps the user's contexts and builders where they are", async () => {
  const variables = await create(undefined, { BUILDX_CONFIG: "/builders" });
  const contexts = join(folder, "private", "contexts");
  expect((await lstat(contexts)).isSymbolicLink()).toBe(true);
  expect(await readlink(contexts)).toBe(join(own, "contexts"));
  expect(variables.BUILDX_CONFIG).toBe("/builders");
});

it("names a broken file", async () => {
  await writeFile(join(own, "config.json"), "{");
  await expect(create()).rejects.toThrow("user/config.json is not JSON");
});
