import { readFile } from "node:fs/promises";
import { readList, readRecords } from "./lists.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

type Attributes = Record<string, string>;

/** Values that a tag, or a template in it, can name. */
interface Facts {
  ref: string;
  sha: string;
  eventName: string;
  baseRef: string;
  defaultBranch: string;
}

/** As the real action (release 6): an image's tags and labels from the event, by the documented rules. */
export const dockerMetadata: StandIn = {
  inputs: ["context", "images", "tags", "flavor", "labels", "sep-tags", "sep-labels", "github-token"],
  leftOut: ["annotations", "sep-annotations", "bake-target"],
  async run(step) {
    const { facts, repository } = await readEvent(step);
    const tagNames = namesOf(step, facts);
    const version = tagNames[0] ?? "";
    if (!version) step.warn("No Docker image version has been generated. Check tags input.");
    const images = readImages(step);
    const tags =
      images.length > 0 ? images.flatMap((image) => tagNames.map((tag) => `${image}:${tag}`)) : tagNames;
    const labels = {
      ...standardLabels(repository, facts, version),
      ...Object.fromEntries(readList(step.input("labels")).map((each) => splitAt(fill(each, facts), "="))),
    };
    const separated = (name: string, values: string[]) => values.join(step.input(`sep-${name}`) || "\n");
    const outputs = {
      version,
      tags: separated("tags", tags),
      "tag-names": separated("tags", tagNames),
      labels: separated(
        "labels",
        Object.entries(labels).map((pair) => pair.join("=")),
      ),
      json: JSON.stringify({ tags, "tag-names": tagNames, labels, annotations: [] }),
    };
    for (const [name, value] of Object.entries(outputs)) {
      step.setOutput(name, value);
      step.exportVariable(`DOCKER_METADATA_OUTPUT_${name.replaceAll("-", "_").toUpperCase()}`, value);
    }
    for (const tag of tags) step.log(tag);
  },
};

const splitAt = (text: string, mark: string): [string, string] => {
  const [name = "", ...value] = text.split(mark);
  return [name.trim(), value.join(mark).trim()];
};
const cleanTag = (tag: string) => tag.replace(/[^\w.-]+/g, "-");
const records = (step: StandInStep, name: string) =>
  readRecords(step.input(name).replace(/^[ \t]*#.*$/gm, ""));

async function readEvent(step: StandInStep) {
  const {
    GITHUB_EVENT_PATH = "",
    GITHUB_EVENT_NAME = "",
    GITHUB_REPOSITORY,
    GITHUB_SERVER_URL,
  } = step.environment;
  const event = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8"));
  const facts: Facts = {
    ...{ ref: step.ref, sha: step.sha, eventName: GITHUB_EVENT_NAME },
    baseRef: event.base_ref?.replace(/^refs\/heads\//, "") ?? event.pull_request?.base?.ref ?? "",
    defaultBranch: event.repository?.default_branch ?? "",
  };
  return { facts, repository: { url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`, ...event.repository } };
}

/** The old form is one line with all names. */
function readImages(step: StandInStep): string[] {
  return records(step, "images").flatMap((fields) => {
    const { name, enable } = Object.fromEntries(fields.map((each) => splitAt(each, "=")));
    const names = name ? [name] : fields.filter((each) => !each.includes("="));
    return enable === "false" ? [] : names.map((each) => each.trim().toLowerCase());
  });
}

function readFlavor(step: StandInStep) {
  const flavor: Attributes = { latest: "auto", prefix: "", suffix: "" };
  for (const fields of records(step, "flavor")) {
    let last = "";
    for (const field of fields) {
      const [name, value] = splitAt(field, "=");
      const known = name in flavor || (name === "onlatest" && last);
      if (!known) throw new Error(`Unknown flavor entry: ${fields.join(",")}`);
      flavor[name === "onlatest" ? `${last}OnLatest` : name] = value;
      last = name;
    }
  }
  if (!["auto", "true", "false"].includes(flavor.latest ?? ""))
    throw new Error(`Invalid latest flavor entry: latest=${flavor.latest}`);
  return flavor;
}

const byDefault = "type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr";
/** By type: its priority, and the attribute that it needs. */
const types: Record<string, [number, string?]> = {
  schedule: [1000],
  semver: [900, "pattern"],
  pep440: [900, "pattern"],
  match: [800, "pattern"],
  edge: [700],
  ref: [600, "event"],
  raw: [200, "value"],
  sha: [100],
};

function readTags(step: StandInStep): Attributes[] {
  const lines = records(step, "tags");
  const tags = (lines.length > 0 ? lines : readRecords(byDefault)).map((fields) => {
    const given = fields.map((each) => (each.indexOf("=") > 0 ? splitAt(each, "=") : ["value", each.trim()]));
    const tag: Attributes = { type: "raw", ...Object.fromEntries(given) };
    const [priority, needed] = types[tag.type ?? ""] ?? [];
    if (priority === undefined) throw new Error(`Unknown tag type attribute: ${tag.type}`);
    if (needed && tag[needed] === undefined)
      throw new Error(`Missing ${needed} attribute for ${fields.join(",")}`);
    if (tag.type === "sha") tag.prefix ??= "sha-";
    if (tag.event === "pr") tag.prefix ??= "pr-";
    return { priority: String(priority), ...tag };
  });
  return tags.sort((one, other) => Number(other.priority) - Number(one.priority));
}

/** Returns the image's tags without its name, the version first. */
function namesOf(step: StandInStep, facts: Facts): string[] {
  const flavor = readFlavor(step);
  const names: string[] = [];
  let latest: boolean | undefined;
  for (const tag of readTags(step)) {
    const enabled = fill(tag.enable ?? "true", facts);
    if (enabled !== "true" && enabled !== "false")
      throw new Error(`Invalid value for enable attribute: ${enabled}`);
    const found = enabled === "true" ? findValue(step, tag, facts) : undefined;
    if (!found?.value) continue;
    const around = [tag.prefix ?? flavor.prefix, tag.suffix ?? flavor.suffix].map((each = "") =>
      fill(each, facts),
    );
    names.push(cleanTag(around.join(found.value)));
    latest ??= flavor.latest === "auto" ? found.latest === true : flavor.latest === "true";
  }
  const onLatest = ["prefix", "suffix"].map((name) =>
    flavor[`${name}OnLatest`] === "true" ? flavor[name] : "",
  );
  if (latest) names.push(cleanTag(onLatest.join("latest")));
  return [...new Set(names)];
}

interface Found {
  value: string;
  /** Whether it makes the image the latest. */
  latest?: boolean;
}

/** Undefined if the event has no value for the tag. */
function findValue(step: StandInStep, tag: Attributes, facts: Facts): Found | undefined {
  const [, kind = "", name = ""] = /^refs\/(heads|tags|pull)\/(.*)$/.exec(facts.ref) ?? [];
  const { type, event, value = "", pattern = "nightly" } = tag;
  const given = value ? fill(value, facts) : kind === "tags" ? name : "";
  if (type === "raw") return { value: fill(value, facts) };
  if (type === "sha") return { value: tag.format === "long" ? facts.sha : facts.sha.slice(0, 7) };
  if (type === "schedule")
    return facts.eventName === "schedule" ? { value: fill(pattern, facts) } : undefined;
  if (type === "edge")
    return kind === "heads" && name === (tag.branch || facts.defaultBranch) ? { value: "edge" } : undefined;
  if (event === "pr") return kind === "pull" ? { value: name.replace(/\/merge$/, "") } : undefined;
  if (event)
    return kind === `${event === "tag" ? "tag" : "head"}s`
      ? { value: name, latest: event === "tag" }
      : undefined;
  if (!given) return undefined;
  if (type === "semver") return findVersion(step, tag, given);
  step.leaveOut(`tags of type=${type}`, "The rehearsal does not know this type.");
  return undefined;
}

// https://semver.org
const semver = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/;

function findVersion(
  step: StandInStep,
  { pattern = "", match }: Attributes,
  given: string,
): Found | undefined {
  const value = ((match && new RegExp(match).exec(given)?.[1]) || given).replaceAll("/", "-");
  const parts = semver.exec(value);
  if (!parts) step.warn(`${value} is not a valid semver. More info: https://semver.org/`);
  if (!parts) return undefined;
  const [, major = "", minor = "", patch = "", prerelease = ""] = parts;
  const version = value.replace(/^v/, "").replace(/\+.*/, "");
  const values: Attributes = { raw: value, version, major, minor, patch, prerelease };
  const used = prerelease && !/^\{\{\s*raw\s*\}\}$/.test(pattern) ? "{{version}}" : pattern;
  return { value: used.replace(expression, (_, name: string) => values[name] ?? ""), latest: !prerelease };
}

const expression = /\{\{\s*(\w+)\s*(?:'([^']*)')?[^{}]*\}\}/g;

/** Replaces the action's global expressions. Dates are in UTC. */
function fill(text: string, { ref, sha, baseRef, defaultBranch }: Facts): string {
  const [, kind = "", refName = ""] = /^refs\/(heads|tags)\/(.*)$/.exec(ref) ?? [];
  const branch = kind === "heads" ? refName : "";
  const isDefault = (branch || baseRef) === defaultBranch;
  const values: Attributes = {
    ...{ branch, tag: kind === "tags" ? refName : "", sha: sha.slice(0, 7), base_ref: baseRef },
    ...{ is_default_branch: String(isDefault), is_not_default_branch: String(!isDefault) },
  };
  return text.replace(expression, (_, name: string, format = "") => {
    return name.endsWith("date") ? formatDate(format) : (values[name] ?? "");
  });
}

function formatDate(format: string): string {
  const [YYYY, MM, DD, HH, mm, ss] = new Date().toISOString().split(/\D/);
  const tokens: Record<string, string | undefined> = { YYYY, MM, DD, HH, mm, ss, YY: YYYY?.slice(2) };
  return format.replace(/YYYY|YY|MM|DD|HH|mm|ss/g, (token) => tokens[token] ?? token);
}

function standardLabels(
  { name: title = "", description = "", url = "" }: Attributes,
  { sha: revision }: Facts,
  version: string,
) {
  const created = new Date().toISOString();
  const values = { created, description, licenses: "", revision, source: url, title, url, version };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`org.opencontainers.image.${name}`, value]),
  );
}
