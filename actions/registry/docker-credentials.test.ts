import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { dockerCredentials } from "./docker-credentials.ts";

const folder = useEmptyFolder();

const auth = Buffer.from("me:a:b").toString("base64");
const me = { user: "me", password: "a:b" };

async function look(host: string, config: object | string) {
  await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  return dockerCredentials(host, { DOCKER_CONFIG: folder });
}

it.each<[string, string, object, object | undefined]>([
  ["an entry by host", "ghcr.io", { auths: { "ghcr.io": { auth } } }, me],
  ["an entry by address", "ghcr.io", { auths: { "https://ghcr.io/v2/": { auth } } }, me],
  ["Docker Hub's entry", "registry-1.docker.io", { auths: { "https://index.docker.io/v1/": { auth } } }, me],
  ["an entry in plain text", "q.io", { auths: { "q.io": { username: "me", password: "a:b" } } }, me],
  ["nothing", "quay.io", { auths: { "ghcr.io": { auth } } }, undefined],
  ["an entry next to a helper of all", "q.io", { credsStore: "test", auths: { "q.io": { auth } } }, me],
  ["an entry that is excepted", "q.io", { credHelpers: { "q.io": "" }, auths: { "q.io": { auth } } }, me],
  ["nothing of a helper of all", "q.io", { credsStore: "test" }, undefined],
  ["nothing in an empty entry", "q.io", { auths: { "q.io": {} } }, undefined],
])("finds %s", async (_, host, config, expected) => {
  expect(await look(host, config)).toEqual(expected);
});

it.each<[string, string, object | string, string]>([
  ["a file that is not JSON", "q.io", "{", "config.json is not JSON"],
  [
    "a login in a helper of all",
    "q.io",
    { credsStore: "test", auths: { "q.io": {} } },
    "credential helper test",
  ],
  ["a login in a registry's helper", "q.io", { credHelpers: { "q.io": "ecr" } }, "credential helper ecr"],
])("explains %s", async (_, host, config, message) => {
  await expect(look(host, config)).rejects.toThrow(message);
});

it("finds nothing without a configuration", async () => {
  expect(await dockerCredentials("quay.io", { DOCKER_CONFIG: "/nowhere" })).toBeUndefined();
});
