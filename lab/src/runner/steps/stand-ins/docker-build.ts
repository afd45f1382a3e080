import { rm, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { git } from "../../load/git.ts";
import { readList } from "./lists.ts";
import type { Ended, StandIn, StandInStep } from "./stand-in.ts";

const thisPlatform = `linux/${arch() === "x64" ? "amd64" : arch()}`;

/** The real action (release 4) starts BuildKit in a container; this one builds with the engine's own. */
export const setupBuildx: StandIn = {
  inputs: `
    version driver driver-opts buildkitd-flags buildkitd-config buildkitd-config-inline use name
    endpoint platforms append keep-state cache-binary cleanup install config config-inline`,
  async run(step) {
    const { code, output } = await step.run(["docker", "info", "--format", "{{.DriverStatus}}"], {
      quiet: true,
    });
    if (code !== 0) throw new Error(`No Docker engine responds: ${output}`);
    const driver = step.input("driver") || "docker-container";
    if (driver !== "docker" && !output.includes("io.containerd.snapshotter"))
      step.warn(
        `The rehearsal starts no BuildKit in a container, and this machine's Docker engine writes no archives of images: a build into one makes a stand-in. Fix, for the image itself: set {"features":{"containerd-snapshotter":true}} in Docker's daemon.json and restart Docker.`,
      );
    if (step.input("use") !== "false") step.shared.driver = driver;
    const name = step.input("name") || "default";
    step.setOutput("name", name);
    step.setOutput("driver", driver);
    step.setOutput("platforms", thisPlatform);
    step.setOutput("nodes", JSON.stringify([{ name, platforms: thisPlatform, status: "running" }]));
    step.log("Builds with the engine's own BuildKit");
  },
};

export const setupQemu: StandIn = {
  inputs: "image platforms reset cache-image",
  async run(step) {
    const platforms = step.input("platforms");
    step.setOutput(
      "platforms",
      platforms && platforms !== "all" ? `${thisPlatform},${platforms}` : thisPlatform,
    );
    step.leaveOut("emulation of other processors", `Images are built for ${thisPlatform}.`);
  },
};

/** Inputs that are lists: the flag of `docker buildx build` for each value. */
const listFlags: Record<string, string> = {
  ...{ "add-hosts": "add-host", allow: "allow", annotations: "annotation", "build-args": "build-arg" },
  ...{ "build-contexts": "build-context", labels: "label", "no-cache-filters": "no-cache-filter" },
  ...{ outputs: "output", ssh: "ssh", tags: "tag", ulimit: "ulimit" },
};
/** Those of them whose values end at commas, too. */
const atCommas = ["add-hosts", "allow", "no-cache-filters", "ssh", "tags"];
const valueFlags = ["call", "cgroup-parent", "file", "network", "shm-size", "target"];
const switches = ["load", "no-cache", "pull", "push"];
const attestations = ["attests", "provenance", "sbom"];
const caches = ["cache-from", "cache-to"];

/** As the real action (release 7). */
export const buildPush: StandIn = {
  inputs: `builder context github-token platforms secrets secret-envs secret-files
    ${[...Object.keys(listFlags), ...valueFlags, ...switches, ...attestations, ...caches].join(" ")}`,
  async run(step) {
    const { context, files } = await openContext(step, step.input("context"));
    const results = {
      imageid: join(step.output, "image-id"),
      metadata: join(step.output, "metadata.json"),
    };
    const isCached = staysInCache(step);
    const lists = Object.entries(listFlags).filter(([name]) => !(isCached && name === "tags"));
    const flags = [
      ...lists.flatMap(([name, flag]) =>
        readList(step.input(name), atCommas.includes(name)).flatMap((value) => [`--${flag}`, files(value)]),
      ),
      ...valueFlags.flatMap((name) => (step.input(name) ? [`--${name}`, step.input(name)] : [])),
      ...switches.flatMap((name) => (step.flag(name) ? [`--${name}`] : [])),
      ...(await secretFlags(step)),
      ...platformFlags(step),
      ...(isCached ? ["--output", "type=cacheonly"] : []),
    ];
    noteUnused(step);
    const toFolder = readList(step.input("outputs")).some((each) => /type=(local|tar)\b|^[^=]*$/.test(each));
    if (!toFolder) flags.push("--iidfile", results.imageid);
    const command = ["docker", "buildx", "build", ...flags, "--metadata-file", results.metadata, context];
    requireSuccess(await step.run(command, { environment: { BUILDX_METADATA_WARNINGS: "true" } }));
    const [imageid, metadata] = await Promise.all([step.read(results.imageid), step.read(results.metadata)]);
    if (imageid) step.setOutput("imageid", imageid);
    if (!metadata) return;
    const digest = JSON.parse(metadata)["containerimage.digest"];
    if (digest) step.setOutput("digest", digest);
    step.setOutput("metadata", JSON.stringify(JSON.parse(metadata), null, 2));
  },
};

function requireSuccess({ code, output }: Ended): void {
  if (code === 127)
    throw new Error(
      "Docker buildx is required. See https://github.com/docker/setup-buildx-action to set up buildx.",
    );
  if (code !== 0) throw new Error(`buildx failed with: ${output.split("\n").at(-1) || "unknown error"}`);
}

/**
 * The default context of the real actions is the commit in Git: without what earlier steps built.
 * @returns function that replaces the default context in a text
 */
async function openContext(step: StandInStep, given: string) {
  const variable = /\{\{\s*defaultContext\s*\}\}:?/;
  const folder = join(step.directory, "commit");
  const files = (text: string) => text.replace(variable, `${folder}/`);
  const isUsed = !given || variable.test(given) || variable.test(step.input("build-contexts"));
  if (isUsed) {
    await step.workTrees.open(folder);
    await git(folder, "checkout", "--quiet", "--force", "--detach", step.sha);
    await rm(join(folder, ".git"), { recursive: true });
  }
  return { context: given ? files(given) : folder, files };
}

async function secretFlags(step: StandInStep): Promise<string[]> {
  const pairs = (name: string, atComma: boolean) =>
    readList(step.input(name), atComma).map((each) => {
      const [id = "", ...value] = each.split("=");
      return { id, value: value.join("=") };
    });
  const texts = await Promise.all(
    pairs("secrets", false).map(async ({ id, value }, index) => {
      const file = join(step.directory, `secret-${index}`);
      await writeFile(file, value, { mode: 0o600 });
      return `id=${id},src=${file}`;
    }),
  );
  const named = pairs("secret-envs", true).map(({ id, value }) => `id=${id},env=${value}`);
  const inFiles = pairs("secret-files", false).map(({ id, value }) => `id=${id},src=${value}`);
  return [...texts, ...named, ...inFiles].flatMap((secret) => ["--secret", secret]);
}

function platformFlags(step: StandInStep): string[] {
  const platforms = readList(step.input("platforms"), true);
  const platform = platforms.find((each) => each === thisPlatform) ?? platforms[0];
  const others = platforms.filter((each) => each !== platform);
  if (others.length > 0)
    step.leaveOut(`image for ${others.join(", ")}`, `The rehearsal builds for one platform, ${platform}.`);
  return platform ? ["--platform", platform] : [];
}

/** BuildKit in a container, unlike the engine's own, gives the engine no image unless it is asked to. */
function staysInCache(step: StandInStep): boolean {
  const { driver = "docker" } = step.shared;
  const isAsked = ["load", "push", "outputs", "call"].some((name) => /^(?!false)./i.test(step.input(name)));
  if (driver === "docker" || isAsked) return false;
  step.log(
    `WARNING: No output specified with ${driver} driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load`,
  );
  return true;
}

function noteUnused(step: StandInStep): void {
  const wanted = attestations.filter((name) => /^(?!false)./i.test(step.input(name)));
  if (wanted.length > 0) step.leaveOut(wanted.join(", "), "The rehearsal's images have no attestations.");
  const used = caches.filter((name) => step.input(name));
  if (used.length > 0) step.log(`${used.join(", ")}: not used, since the engine has its own cache`);
}
