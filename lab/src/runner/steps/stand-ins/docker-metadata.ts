import { readFile } from "node:fs/promises";
import { readList, readRecords } from "./lists.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

type Attributes = Record<string, string>;

/** As the real action (release 6): an image's tags and labels from the event, by the documented rules. */
export const dockerMetadata: StandIn = {
  inputs: "context images tags flavor labels sep-tags sep-labels github-token",
  leftOut: "annotations sep-annotations bake-target",
  async run(step) {
    const facts = await readFacts(step);
    const tagNames = namesOf(step, facts);
    const version = tagNames[0] ?? "";
    if (!version) step.warn("No Docker image version has been generated. Check tags input.");
    const images = readImages(step);
    const tags = images.flatMap((image) => tagNames.map((tag) => `${image}:${tag}`));
    const own = readList(step.input("labels")).map((each) => splitAtEqual(fill(each, facts)));
    const labels = { ...standardLabels(facts, version), ...Object.fromEntries(own) };
    const pairs = Object.entries(labels).map((pair) => pair.join("="));
    const outputs = {
      version,
      tags: (images.length > 0 ? tags : tagNames).join(step.input("sep-tags") || "\n"),
      labels: pairs.join(step.input("sep-labels") || "\n"),
      json: JSON.stringify({ tags, "tag-names": tagNames, labels }),
    };
    for (const [name, value] of Object.entries(outputs)) {
      step.setOutput(name, value);
      step.exportVariable(`DOCKER_METADATA_OUTPUT_${name.toUpperCase()}`, value);
    }
    for (const tag of tags) step.log(tag);
  },
};

const splitAtEqual = (text: string): [string, string] => {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
};
const records = (step: StandInStep, name: string) =>
  readRecords(step.input(name).replace(/^[ \t]*#.*$/gm, ""));

/** Values of the action's global expressions, and of the standard labels. */
async function readFacts(step: StandInStep) {
  const {
    GITHUB_EVENT_PATH = "",
    GITHUB_EVENT_NAME,
    GITHUB_REPOSITORY,
    GITHUB_SERVER_URL,
  } = step.environment;
  const event = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8"));
  const [, kind, name = ""] = /^refs\/(heads|tags|pull)\/(.*)$/.exec(step.ref) ?? [];
  const base = event.base_ref?.replace(/^refs\/heads\//, "") ?? event.pull_request?.base?.ref ?? "";
  const branch = kind === "heads" ? name : "";
  const isDefault = (branch || base) === event.repository?.default_branch;
  return {
    ...{ branch, tag: kind === "tags" ? name : "", pull: kind === "pull" ? name.replace("/merge", "") : "" },
    ...{ sha: step.sha.slice(0, 7), commit: step.sha, base_ref: base, event: GITHUB_EVENT_NAME ?? "" },
    ...{ is_default_branch: String(isDefault), is_not_default_branch: String(!isDefault) },
    ...{ title: event.repository?.name ?? "", url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` },
  };
}

type Facts = Attributes & Awaited<ReturnType<typeof readFacts>>;

function standardLabels({ title, url, commit }: Facts, version: string): Attributes {
  const created = new Date().toISOString();
  const values = { created, revision: commit, source: url, title, url, version };
  const names = Object.entries(values).map(([name, value]) => [`org.opencontainers.image.${name}`, value]);
  return Object.fromEntries(names);
}

function readImages(step: StandInStep): string[] {
  const enabled = records(step, "images").filter((fields) => !fields.includes("enable=false"));
  const names = enabled.flat().filter((field) => !field.startsWith("enable="));
  return names.map((name) =>
    name
      .trim()
      .replace(/^name=/, "")
      .toLowerCase(),
  );
}

const byDefault = "type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr";
const priorities: Record<string, number> = {
  ...{ schedule: 1000, semver: 900, pep440: 900, match: 800, edge: 700, ref: 600, raw: 200, sha: 100 },
};

function readTags(step: StandInStep): Attributes[] {
  const lines = records(step, "tags");
  const tags = (lines.length > 0 ? lines : readRecords(byDefault)).map((fields) => {
    const pairs = fields.map((each) => (each.indexOf("=") > 0 ? splitAtEqual(each) : ["value", each.trim()]));
    const tag: Attributes = { type: "raw", ...Object.fromEntries(pairs) };
    const priority = priorities[tag.type ?? ""];
    if (!priority) throw new Error(`Unknown tag type attribute: ${tag.type}`);
    const prefix = { sha: "sha-", pr: "pr-" }[tag.event ?? tag.type ?? ""];
    return { priority: String(priority), ...(prefix && { prefix }), ...tag };
  });
  return tags.sort((one, other) => Number(other.priority) - Number(one.priority));
}

/** Returns the image's tags without its name, the version first. */
function namesOf(step: StandInStep, facts: Facts): string[] {
  const given = records(step, "flavor").flat().map(splitAtEqual);
  const flavor = { latest: "auto", prefix: "", suffix: "", onlatest: "false", ...Object.fromEntries(given) };
  const clean = (tag: string) => tag.replace(/[^\w.-]+/g, "-");
  const names: string[] = [];
  let latest: boolean | undefined;
  for (const tag of readTags(step)) {
    const enabled = fill(tag.enable ?? "true", facts);
    if (enabled !== "true" && enabled !== "false")
      throw new Error(`Invalid value for enable attribute: ${enabled}`);
    const value = enabled === "true" ? findValue(step, tag, facts) : "";
    if (!value) continue;
    const [before, after] = [tag.prefix ?? flavor.prefix, tag.suffix ?? flavor.suffix];
    names.push(clean(`${fill(before, facts)}${value}${fill(after, facts)}`));
    const ofRelease = tag.event === "tag" || (tag.type === "semver" && !value.includes("-"));
    latest ??= flavor.latest === "auto" ? ofRelease : flavor.latest === "true";
  }
  if (latest)
    names.push(clean(flavor.onlatest === "true" ? `${flavor.prefix}latest${flavor.suffix}` : "latest"));
  return [...new Set(names)];
}

/** Empty if the event has no value for the tag. */
function findValue(step: StandInStep, tag: Attributes, facts: Facts): string {
  const { type, value = "", pattern = "nightly" } = tag;
  if (type === "raw") return fill(value, facts);
  if (type === "sha") return tag.format === "long" ? facts.commit : facts.sha;
  if (type === "schedule") return facts.event === "schedule" ? fill(pattern, facts) : "";
  if (type === "edge") return facts.is_default_branch === "true" && facts.branch ? "edge" : "";
  if (type === "ref") return { branch: facts.branch, tag: facts.tag, pr: facts.pull }[tag.event ?? ""] ?? "";
  const given = value ? fill(value, facts) : facts.tag;
  if (given && type === "semver") return findVersion(step, pattern, given);
  if (given) step.leaveOut(`tags of type=${type}`, "The rehearsal does not know this type.");
  return "";
}

// https://semver.org
const semver = /^v?((\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?)(?:\+[\w.-]+)?$/;

function findVersion(step: StandInStep, pattern: string, raw: string): string {
  const [, version, major = "", minor = "", patch = "", prerelease = ""] = semver.exec(raw) ?? [];
  if (!version) step.warn(`${raw} is not a valid semver. More info: https://semver.org/`);
  if (!version || (prerelease && !pattern.includes("raw"))) return version ?? "";
  return fill(pattern, { raw, version, major, minor, patch, prerelease });
}

/** Replaces expressions. Dates are in UTC. */
function fill(text: string, values: Attributes): string {
  const [YYYY, MM, DD, HH, mm, ss] = new Date().toISOString().split(/\D/);
  const parts: Record<string, string | undefined> = { YYYY, MM, DD, HH, mm, ss };
  return text.replace(/\{\{([^{}]*)\}\}/g, (_, expression: string) => {
    const [name = ""] = expression.trim().split(/\s/);
    const format = expression.split("'")[1] ?? "";
    const date = format.replace(/YYYY|MM|DD|HH|mm|ss/g, (part) => parts[part] ?? part);
    return name.endsWith("date") ? date : (values[name] ?? "");
  });
}
