import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { runRepositoryLab } from "@ecs-delivery/lab/repository-lab/run-repository-lab";
import { eventNames } from "@ecs-delivery/lab/repository-lab/triggers";
import {
  defineOptions,
  oneOf,
  parseCommandLine,
  Refusal,
  textOf,
  type Values,
  wholeNumber,
} from "@ecs-delivery/program/command-line";
import { parse } from "yaml";

/** Rehearses the repository of this folder. Resolves to the exit code. */
export async function labCommand(packageFolder: string, argv: readonly string[]): Promise<number> {
  const values = parseCommandLine(command, argv);
  const text = textOf(command, values, process.stdout.columns);
  if (text !== undefined) {
    console.log(text);
    return 0;
  }
  const { network = "registries", port = 4566, self } = values;
  const file = values.values ? readValues(values.values) : {};
  const isOwn = (name: string) => name === self || /^[^/]+\/ecs-delivery$/.test(name);
  return runRepositoryLab(
    {
      directory: process.cwd(),
      once: values.once === true,
      yes: values.yes === true,
      workflow: values.workflow,
      event: values.event,
      before: values.before ?? [],
      inputs: file.inputs ?? {},
      secrets: { ...file.secrets, ...Object.fromEntries(values.secret ?? []) },
      variables: { ...file.variables, ...Object.fromEntries(values.var ?? []) },
      network,
      mirrors: Object.fromEntries(values.mirror ?? []),
      own: { directory: packageFolder, isOwn },
      fetchFrom: network === "none" ? undefined : (repository) => `https://github.com/${repository}`,
      defaultPermissions: values["default-permissions"] ?? "read",
      port,
      pagePort: values["page-port"] ?? (port === 0 ? 0 : port + 1),
      listenerOffset: values["listener-offset"] ?? 20_000,
      timeScale: values["time-scale"],
      runtime: values.runtime,
      junit: values.junit,
      json: values.json,
    },
    process.stdout,
  );
}

const kinds = ["secrets", "variables", "inputs"] as const;

/** Reads a YAML or JSON file of `secrets`, `variables` and `inputs`, each a mapping of names to texts. */
function readValues(file: string): { [K in (typeof kinds)[number]]?: Record<string, string> } {
  const fail = (problem: string, cause?: unknown): never => {
    const shape = `${kinds.join(", ")}, each with lines NAME: VALUE`;
    throw new Refusal(`--values: ${file} ${problem}. Fix: a YAML file with ${shape}`, { cause });
  };
  let document: unknown;
  try {
    document = parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    return fail(`cannot be read: ${(error as Error).message}`, error);
  }
  if (typeof document !== "object" || Array.isArray(document)) return fail("is not a mapping");
  const read = Object.entries(document as object).map(([kind, given]) => {
    if (!kinds.some((known) => known === kind)) fail(`has the unknown key '${kind}'`);
    if (typeof given !== "object" || !given || Array.isArray(given))
      return fail(`has no mapping at '${kind}'`);
    const texts = Object.entries(given).map(([name, value]) => {
      if (typeof value === "object") fail(`has no text for ${kind}.${name}`);
      return [name, String(value)];
    });
    return [kind, Object.fromEntries(texts)];
  });
  return Object.fromEntries(read);
}

/** Reads NAME=VALUE, with a name that GitHub accepts. */
function pair(text: string): [name: string, value: string] {
  const [, name = "", value = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (!name) throw new Error("is not NAME=VALUE, with letters, digits and _ in the name");
  return [name, value];
}

function mirror(text: string): [repository: string, folder: string] {
  const [, repository = "", folder = ""] = /^([^/=]+\/[^/=]+)=(.+)$/.exec(text) ?? [];
  if (!repository) throw new Error("is not OWNER/NAME=FOLDER");
  const path = resolve(folder);
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new Error("names a folder that does not exist");
  return [repository, path];
}

const port = wholeNumber(0, 65_535);

const options = defineOptions({
  once: { help: "run what a push to this branch starts, print a summary, exit with its result" },
  yes: { help: "run it without a question" },
  workflow: { value: "FILE", help: "only this workflow of .github/workflows" },
  event: {
    value: "NAME",
    parse: oneOf(...eventNames),
    help: `the event that starts it (default push): ${eventNames.join(", ")}`,
  },
  before: {
    value: "FILE",
    multiple: true,
    help: "a workflow to run manually first, such as provision.yml; may be given several times",
  },
  secret: {
    value: "NAME=VALUE",
    multiple: true,
    parse: pair,
    help: "a secret of the repository; may be given several times",
  },
  var: {
    value: "NAME=VALUE",
    multiple: true,
    parse: pair,
    help: "a variable of the repository; may be given several times",
  },
  values: {
    value: "FILE",
    help: "a YAML file with secrets, variables and inputs, each with lines NAME: VALUE",
  },
  network: {
    value: "ACCESS",
    parse: oneOf("none", "registries", "all"),
    help: "what steps may reach: registries of packages and images (default), none, all",
  },
  mirror: {
    value: "OWNER/NAME=FOLDER",
    multiple: true,
    parse: mirror,
    help: "a clone that is used in place of a repository on GitHub; may be given several times",
  },
  self: {
    value: "OWNER/NAME",
    help: "a repository that stands for this package, besides OWNER/ecs-delivery",
  },
  "default-permissions": {
    value: "LEVEL",
    parse: oneOf("read", "write"),
    help: "permissions of a workflow that states none, as in the repository's settings (default read)",
  },
  port: { value: "N", parse: port, help: "port of the simulated AWS (default 4566, 0 selects a free one)" },
  "page-port": { value: "N", parse: port, help: "port of the live page (default: the port after --port)" },
  "listener-offset": {
    value: "N",
    parse: wholeNumber(0, 65_535 - 8080),
    help: "a load balancer's port P is served on 127.0.0.1:(P + N) (default 20000)",
  },
  "time-scale": {
    value: "N",
    parse: wholeNumber(1, 10_000),
    help: "AWS's waits pass N times faster than real time (default 60; with --once 150, or 100 with containers)",
  },
  runtime: {
    value: "KIND",
    parse: oneOf("process", "docker"),
    help: "docker: tasks are containers of this machine's engine; process: child processes (default docker if an engine responds)",
  },
  junit: { value: "FILE", help: "write the result as JUnit: a suite per job, a case per step" },
  json: { value: "FILE", help: "write the result as JSON" },
});

const command = {
  name: "lab",
  usage: "ecs-delivery lab [--once] [--yes] [options]",
  about: `Rehearses the last commit of this Git repository on a simulated AWS: runs what a push starts, shows it live, and stays
up for "git push lab"; Ctrl-C ends it. It shows what it would run, and asks. Nothing reaches an AWS account.`,
  options,
  notes:
    "Exit code 0: the workflows succeeded; 1: one failed; 2: nothing was started; 130: it was interrupted.",
};
