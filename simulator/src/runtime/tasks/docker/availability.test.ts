import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerProblem } from "./availability.ts";
import { findEngineSocket } from "./engine.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function createContext(name: string, Host: string): Promise<void> {
  const meta = join(folder, "contexts", "meta", createHash("sha256").update(name).digest("hex"));
  await mkdir(meta, { recursive: true });
  await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host } } }));
}

describe("the engine's socket", () => {
  it.each([
    ["the usual one", {}, "/var/run/docker.sock"],
    ["that of DOCKER_HOST", { DOCKER_HOST: "unix:///run/other.sock" }, "/run/other.sock"],
    ["that of the context", { DOCKER_CONTEXT: "mine" }, "/run/mine.sock"],
    ["the usual one for the default context", { DOCKER_CONTEXT: "default" }, "/var/run/docker.sock"],
  ])("is %s", async (_, environment, socket) => {
    await createContext("mine", "unix:///run/mine.sock");
    expect(await findEngineSocket({ DOCKER_CONFIG: folder, ...environment })).toBe(socket);
  });

  it("is that of the context in use", async () => {
    await createContext("mine", "unix:///run/mine.sock");
    await writeFile(join(folder, "config.json"), JSON.stringify({ currentContext: "mine" }));
    expect(await findEngineSocket({ DOCKER_CONFIG: folder })).toBe("/run/mine.sock");
  });
});

describe("Docker cannot be used", () => {
  it.each([
    [
      "on another machine",
      { DOCKER_HOST: "tcp://10.0.0.1:2376" },
      /^the Docker engine is at tcp:\/\/10\.0\.0\.1:2376, .*: unset DOCKER_HOST/,
    ],
    ["without the context", { DOCKER_CONTEXT: "gone" }, /^Docker's context gone does not exist: /],
    [
      "where no engine responds",
      { DOCKER_HOST: "unix:///nowhere/docker.sock" },
      /^no Docker engine at \/nowhere\/docker\.sock .*: nothing answers there: install or start Docker, or run tasks as processes$/,
    ],
  ])("%s", async (_, environment, sentence) => {
    expect(await dockerProblem({ DOCKER_CONFIG: folder, ...environment })).toMatch(sentence);
  });

  it.each([
    [
      "that runs no Linux containers",
      { "/version": { Os: "windows" } },
      /runs containers of windows, not of linux$/,
    ],
    [
      "whose networks are not this machine's",
      { "/version": { Os: "linux" }, "/networks": [{ IPAM: { Config: [{ Gateway: "203.0.113.1" }] } }] },
      /gateway 203\.0\.113\.1\) is not on this machine .* use Docker Engine on Linux, or run tasks as processes$/,
    ],
  ])("with an engine %s", async (_, answers, sentence) => {
    const socket = join(folder, "docker.sock");
    const engine = createServer((request, response) => {
      const path = request.url?.split("?")[0] as keyof typeof answers;
      response.end(JSON.stringify(answers[path]));
    }).listen(socket);
    expect(await dockerProblem({ DOCKER_HOST: `unix://${socket}` })).toMatch(sentence);
    engine.close();
  });
});
