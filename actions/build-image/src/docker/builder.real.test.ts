import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { systemClock } from "../../../core/pace.ts";
import { arm64 } from "../build-image.support.ts";
import { labelsOf, readCommit } from "./arguments.ts";
import { docker, inspect, pushNodeBase, run, useWorkshop } from "./docker.support.ts";
import { createRunCommand } from "./docker-command.ts";

const workshop = await useWorkshop();
afterEach(() => vi.unstubAllEnvs());

const twoStages = {
  Dockerfile: [
    "FROM scratch AS library",
    "COPY library.txt /library.txt",
    "FROM scratch",
    "ARG COLOUR=red",
    "LABEL colour=$COLOUR",
    "WORKDIR /app",
    "COPY --from=library /library.txt ./",
    "COPY main.txt ./",
    "USER 65532",
  ].join("\n"),
  "library.txt": "library",
  "main.txt": "main",
};

it("builds a Dockerfile, pushes it by the source's tag and gives it the others", async () => {
  const built = await workshop.build(twoStages, {
    docker: { buildArgs: new Map([["COLOUR", "green"]]) },
    inputs: { labels: new Map([["team", "coffee"]]), tags: ["v1"] },
  });
  expect(built.built).toBe(true);
  expect(built.parts.map(({ what, how }) => `${what}: ${how}`)).toEqual([
    "layer: pushed",
    "layer: pushed",
    "layer: pushed",
  ]);
  for (const { digest, size } of built.parts) {
    expect(digest).toMatch(/^sha256:/);
    expect(size).toBeGreaterThan(0);
  }
  const { imageDetails } = await workshop.simulator.aws.ecr.describeImages({ repositoryName: "customer" });
  expect(imageDetails?.map(({ imageDigest, imageTags }) => [imageDigest, imageTags?.toSorted()])).toEqual([
    [built.digest, [built.source.tag, "v1"]],
  ]);
  expect((await inspect(workshop, built)).config.Labels).toEqual({
    colour: "green",
    team: "coffee",
    "ecs-delivery.source": built.source.digest,
  });
});

it("leaves the engine and the user's configuration as they were", async () => {
  const config = await readFile(join(workshop.dockerConfig, "config.json"), "utf8");
  const { source } = await workshop.build({ ...twoStages, "main.txt": "leaves nothing" });
  expect(await docker("images", "--quiet", "--filter", `reference=*/*:${source.tag}`)).toBe("");
  expect(await readFile(join(workshop.dockerConfig, "config.json"), "utf8")).toBe(config);
  expect((await readdir(workshop.dockerConfig)).filter((name) => name !== "buildx")).toEqual(["config.json"]);
});

it("builds nothing for a source that has an image, even for another commit", async () => {
  const files = { ...twoStages, "main.txt": "twice" };
  const first = await workshop.build(files, { variables: { GITHUB_SHA: "1".repeat(40) } });
  const again = await workshop.build(files, { variables: { GITHUB_SHA: "2".repeat(40), PATH: "/nowhere" } });
  expect(again).toMatchObject({ built: false, digest: first.digest });
  expect(workshop.lines().filter((line) => line.startsWith("docker "))).toEqual([]);
});

it.each([
  ["a file", { ...twoStages, "main.txt": "other" }, {}],
  ["the Dockerfile", { ...twoStages, Dockerfile: `${twoStages.Dockerfile}\nENV OTHER=1` }, {}],
  ["a build argument", twoStages, { buildArgs: new Map([["COLOUR", "blue"]]) }],
  ["the target", twoStages, { target: "library" }],
  ["the platform", twoStages, { platforms: [arm64] }],
])("takes %s for another source", async (_, files, docker) => {
  const before = await workshop.readSource(twoStages);
  expect(await workshop.readSource(twoStages)).toBe(before);
  expect(await workshop.readSource(files, { docker })).not.toBe(before);
});

it("leaves out files in the Dockerfile's own ignore file", async () => {
  const files = {
    Dockerfile: "FROM scratch\nCOPY . /",
    "main.txt": "main",
    "left-out.txt": "1",
    ".dockerignore": "main.txt",
    "Dockerfile.dockerignore": "left-out.txt",
  };
  const first = await workshop.build(files);
  const again = await workshop.build({ ...files, "left-out.txt": "2", ".dockerignore": "main.txt" });
  expect(again).toMatchObject({ built: false, digest: first.digest });
});

it("labels the image with its commit and the commit's time, unless the inputs set these labels", async () => {
  const sha = "3".repeat(40);
  const event = join(workshop.folder, "event.json");
  await writeFile(
    event,
    JSON.stringify({ head_commit: { id: sha, timestamp: "2026-02-03T04:05:06+02:00" } }),
  );
  const variables = {
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "coffee/customer",
    GITHUB_SHA: sha,
    GITHUB_EVENT_PATH: event,
  };
  const labels = new Map([["org.opencontainers.image.source", "https://example.com/mirror"]]);
  const built = await workshop.build(
    { ...twoStages, "main.txt": "labels" },
    { variables, inputs: { labels } },
  );
  const { created, config } = await inspect(workshop, built);
  expect(created).toBe("2026-02-03T02:05:06Z");
  expect(config.Labels).toMatchObject({
    "org.opencontainers.image.source": "https://example.com/mirror",
    "org.opencontainers.image.revision": sha,
    "org.opencontainers.image.created": "2026-02-03T02:05:06Z",
  });
});

it("builds without a cache, and warns, when the step has no access to GitHub's", async () => {
  const variables = { ACTIONS_RUNTIME_TOKEN: undefined };
  const files = { ...twoStages, "main.txt": "no cache" };
  expect((await workshop.build(files, { docker: { cache: "gha" }, variables })).built).toBe(true);
  expect(workshop.lines()).toContainEqual(
    expect.stringMatching(/^Built without a cache: input cache is gha/),
  );
});

const readLabels = async (variables: NodeJS.ProcessEnv) =>
  labelsOf(
    await readCommit(
      workshop.folder,
      { PATH: process.env.PATH, ...variables },
      createRunCommand({ clock: systemClock, signal: new AbortController().signal }),
    ),
  );

it("takes the commit's time from Git where the event does not contain it", async () => {
  const env = { ...process.env, GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z" };
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  const git = (...args: string[]) => run("git", ["-C", workshop.folder, ...identity, ...args], { env });
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message=a");
  const GITHUB_SHA = (await git("rev-parse", "HEAD")).stdout.trim();
  expect(await readLabels({ GITHUB_SHA })).toEqual(
    new Map([
      ["org.opencontainers.image.revision", GITHUB_SHA],
      ["org.opencontainers.image.created", "2026-01-02T03:04:05Z"],
    ]),
  );
});

it("sets no label for what it does not know", async () => {
  expect(await readLabels({})).toEqual(new Map());
  const GITHUB_SHA = "0".repeat(40);
  expect(await readLabels({ GITHUB_SHA })).toEqual(
    new Map([["org.opencontainers.image.revision", GITHUB_SHA]]),
  );
});

/** Puts a docker on the PATH that records its calls and runs the real one. */
async function recordDocker(): Promise<() => Promise<string>> {
  const { stdout: real } = await run("sh", ["-c", "command -v docker"]);
  const folder = join(workshop.folder, "recording");
  const record = join(folder, "record");
  const script = `#!/bin/sh
    tr '\\0' '\\n' </proc/$$/cmdline >>${record}
    stat --format='%a %n' "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" >>${record}
    exec ${real.trim()} "$@"`;
  await mkdir(folder);
  await writeFile(join(folder, "docker"), script);
  await chmod(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  return () => readFile(record, "utf8");
}

it("passes a secret to a step, and shows it nowhere in processes, image, log or folders", async () => {
  const base = await pushNodeBase(workshop);
  const recorded = await recordDocker();
  const file = join(workshop.folder, 'a, "quoted" file');
  await writeFile(file, "s3cr3t of a file");
  const built = await workshop.build(
    {
      Dockerfile: [
        `FROM ${base}`,
        "COPY check.js /",
        'RUN --mount=type=secret,id=file ["node", "/check.js"]',
      ].join("\n"),
      "check.js": `if (require("node:fs").readFileSync("/run/secrets/file", "utf8") !== "s3cr" + "3t of a file")
        process.exit(1);`,
    },
    { docker: { secretFiles: new Map([["file", file]]) } },
  );
  const record = await recorded();
  const image = JSON.stringify(await inspect(workshop, built));
  const seen = [record, workshop.lines().join("\n"), image].join("\n");
  const secrets = workshop.secrets();
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of ["s3cr3t", ...secrets]) expect(seen).not.toContain(secret);

  expect(record).toMatch(/^700 \/\S+\/docker\n600 \/\S+\/docker\/config\.json$/m);
  const [, folder = ""] = /^700 (\S+)$/m.exec(record) ?? [];
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});

it("does not build again when a secret has another value", async () => {
  const files = { Dockerfile: "FROM scratch\nCOPY Dockerfile /" };
  const withToken = (path: string) => ({ docker: { secretFiles: new Map([["token", path]]) } });
  const before = await workshop.readSource(files, withToken("one"));
  expect(await workshop.readSource(files, withToken("two"))).toBe(before);
});
