import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineOptions, oneOf, type Values, wholeNumber } from "@ecs-delivery/program/command-line";
import { parse } from "yaml";
import { readExport } from "../account/export-document.ts";
import type { Progress } from "../story/progress.ts";
import { eventNames } from "./triggers.ts";

/** Shared by all parts of a rehearsal. */
export interface Session {
  progress: Progress;
  /** Ends what they started. */
  ends: AsyncDisposableStack;
  /** Aborts when the user ends the rehearsal. */
  signal: AbortSignal;
}

const pair = { value: "NAME=VALUE", multiple: true, parse: readPair } as const;
const port = { value: "N", parse: wholeNumber(0, 65_535) } as const;
const output = { value: "FILE", parse: outputFile } as const;

const options = defineOptions({
  once: { help: "run what a push of HEAD starts, print a summary, and exit with its result" },
  yes: { help: "run it without a question" },
  workflow: { value: "FILE", help: "run only this workflow of .github/workflows" },
  event: { value: "NAME", parse: oneOf(...eventNames), help: `default push; ${eventNames.join(", ")}` },
  before: { value: "FILE", multiple: true, help: "a workflow to run manually first, such as provision.yml" },
  secret: { ...pair, help: "a secret of the repository" },
  var: { ...pair, help: "a variable of the repository" },
  values: { value: "FILE", parse: readValues, help: "YAML with mappings: secrets, variables, inputs" },
  account: {
    value: "FILE",
    parse: (file: string) => readExport(readText(file)),
    help: "what ecs-delivery export wrote about a service, to create the same",
  },
  network: {
    value: "ACCESS",
    parse: oneOf("none", "registries", "all"),
    help: "what steps may reach: registries of packages and images (default), none, all",
  },
  mirror: {
    value: "OWNER/NAME=FOLDER",
    multiple: true,
    parse: readMirror,
    help: "a clone to use in place of a repository on GitHub",
  },
  self: {
    value: "OWNER/NAME",
    parse: readRepositoryName,
    help: "stands for this package, as OWNER/ecs-delivery does",
  },
  "default-permissions": {
    value: "LEVEL",
    parse: oneOf("read", "write"),
    help: "of a workflow that states none, as in the repository's settings (default read)",
  },
  port: { ...port, help: "port of the simulated AWS (default 4566, 0 selects a free one)" },
  "page-port": { ...port, help: "port of the live page (default: the port after --port)" },
  "listener-offset": {
    value: "N",
    parse: wholeNumber(0, 65_535 - 8080),
    help: "a load balancer's port P is served on 127.0.0.1:(P + N) (default 20000)",
  },
  "time-scale": {
    value: "N",
    parse: wholeNumber(1, 10_000),
    help: "AWS's waits pass N times faster (default 60; with --once 150, or 100 with containers)",
  },
  runtime: {
    value: "KIND",
    parse: oneOf("process", "docker"),
    help: "docker: tasks are containers (default if an engine responds); process: child processes",
  },
  junit: { ...output, help: "write a JUnit report: a suite per job, a case per step" },
  json: { ...output, help: "write the result as JSON" },
  summary: { ...output, help: "write the result as Markdown, for a workflow's summary" },
});

export const command = {
  name: "lab",
  usage: "ecs-delivery lab [--once] [--yes] [options]",
  about: `Rehearses the last commit of this Git repository on a simulated AWS: shows what would run, asks, runs it, and stays up
for "git push lab"; Ctrl-C ends it. Nothing reaches an AWS account. The course: ecs-delivery lab --course, whose options
ecs-delivery lab --course --help shows.`,
  options,
  notes:
    "Exit code 0: the workflows succeeded; 1: one failed; 2: nothing was started; 130: it was interrupted.",
};

export type LabOptions = ReturnType<typeof withDefaults>;

export function withDefaults(values: Values<typeof options>, packageFolder: string) {
  const { network = "registries", port: ofAws = 4566, self } = values;
  const isOwn = (name: string) => name === self || /^[^/]+\/ecs-delivery$/.test(name);
  return {
    ...values,
    ...{ network, port: ofAws, own: { directory: packageFolder, isOwn } },
    before: values.before ?? [],
    inputs: values.values?.inputs ?? {},
    secrets: { ...values.values?.secrets, ...Object.fromEntries(values.secret ?? []) },
    variables: { ...values.values?.variables, ...Object.fromEntries(values.var ?? []) },
    mirrors: Object.fromEntries(values.mirror ?? []),
    fetchFrom: network === "none" ? undefined : (name: string) => `https://github.com/${name}`,
    defaultPermissions: values["default-permissions"] ?? "read",
    // A free port is selected for both.
    pagePort: values["page-port"] ?? (ofAws === 0 ? 0 : ofAws + 1),
    listenerOffset: values["listener-offset"] ?? 20_000,
    timeScale: values["time-scale"],
  };
}

type GivenValues = Partial<Record<"secrets" | "variables" | "inputs", Record<string, string>>>;

function readText(file: string): string {
  if (!existsSync(file)) throw new Error("does not exist");
  return readFileSync(file, "utf8");
}

function readValues(file: string): GivenValues {
  const text = readText(file);
  try {
    const document: Record<string, object> = parse(text) ?? {};
    const read = Object.entries(document).map(([kind, given]) => {
      const isKnown = ["secrets", "variables", "inputs"].includes(kind) && !Array.isArray(given);
      if (!isKnown || Object.values(given).some((value) => typeof value === "object"))
        throw new Error(`'${kind}' is not such a mapping`);
      return [kind, Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))];
    });
    return Object.fromEntries(read);
  } catch (cause) {
    const shape = "YAML with secrets, variables or inputs, and lines NAME: VALUE below each";
    throw new Error(`is not ${shape}: ${(cause as Error).message}`, { cause });
  }
}

/** Reads a value with a name that GitHub accepts. */
function readPair(text: string): [name: string, value: string] {
  const [, name = "", value = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (!name) throw new Error("is not NAME=VALUE, with letters, digits and _ in the name");
  return [name, value];
}

function readMirror(text: string): [repository: string, folder: string] {
  const [, repository = "", folder = ""] = /^([^/=]+\/[^/=]+)=(.+)$/.exec(text) ?? [];
  if (!existsSync(resolve(folder)) || !repository) throw new Error("is not OWNER/NAME=FOLDER of a clone");
  return [repository, resolve(folder)];
}

function readRepositoryName(text: string): string {
  if (!/^[\w.-]+\/[\w.-]+$/.test(text)) throw new Error("is not OWNER/NAME");
  return text;
}

/** Found missing before the rehearsal, not after it. */
function outputFile(path: string): string {
  if (!existsSync(dirname(resolve(path)))) throw new Error("is in a folder that does not exist");
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("is a folder");
  return path;
}
