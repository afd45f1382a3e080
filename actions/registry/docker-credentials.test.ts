import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dockerCredentials } from "./docker-credentials.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-credentials-"));
});
afterEach(() => rm(folder, { recursive: true }));

const auth = Buffer.from("me:a:b").toString("base64");
const me = { user: "me", password: "a:b" };

/** A helper that responds by its input, as docker-credential-helpers do. */
const helper = `#!/bin/sh
read -r server
[ "$1" = get ] || exit 3
case "$server" in
  ecr.example) printf '{"ServerURL":"%s","Username":"AWS","Secret":"from the helper"}' "$server" ;;
  broken.example) echo "no keychain" >&2; exit 1 ;;
  garbled.example) echo "{" ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
`;

async function look(host: string, config: object | string) {
  await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  await writeFile(join(folder, "docker-credential-test"), helper);
  await chmod(join(folder, "docker-credential-test"), 0o755);
  return dockerCredentials(host, { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` });
}

const fromHelper = { user: "AWS", password: "from the helper" };

it.each<[string, string, object, object | undefined]>([
  ["an entry by host", "ghcr.io", { auths: { "ghcr.io": { auth } } }, me],
  ["an entry by address", "ghcr.io", { auths: { "https://ghcr.io/v2/": { auth } } }, me],
  ["Docker Hub's entry", "registry-1.docker.io", { auths: { "https://index.docker.io/v1/": { auth } } }, me],
  ["an entry in plain text", "q.io", { auths: { "q.io": { username: "me", password: "a:b" } } }, me],
  ["nothing", "quay.io", { auths: { "ghcr.io": { auth } } }, undefined],
  ["a registry's helper", "ecr.example", { credHelpers: { "ecr.example": "test" } }, fromHelper],
  ["the helper of all", "ecr.example", { credsStore: "test", auths: { "ecr.example": {} } }, fromHelper],
  ["an entry that the helper of all lacks", "q.io", { credsStore: "test", auths: { "q.io": { auth } } }, me],
  ["nothing in the helper either", "q.io", { credsStore: "test", auths: { "q.io": {} } }, undefined],
])("finds %s", async (_, host, config, expected) => {
  expect(await look(host, config)).toEqual(expected);
});

it.each<[string, string, object | string, string]>([
  ["a file that is not JSON", "q.io", "{", "config.json is not JSON"],
  [
    "a helper that fails",
    "broken.example",
    { credsStore: "test" },
    "no login for broken.example: no keychain",
  ],
  ["a helper with malformed output", "garbled.example", { credsStore: "test" }, "its output is not JSON"],
  [
    "a missing helper",
    "q.io",
    { credsStore: "absent" },
    "docker-credential-absent gave no login for q.io: it is not installed",
  ],
  ["a helper with an invalid name", "q.io", { credsStore: "../x" }, "that is not a valid helper name"],
])("explains %s", async (_, host, config, message) => {
  await expect(look(host, config)).rejects.toThrow(message);
});

it("finds nothing without a configuration", async () => {
  expect(await dockerCredentials("quay.io", { DOCKER_CONFIG: "/nowhere" })).toBeUndefined();
});
