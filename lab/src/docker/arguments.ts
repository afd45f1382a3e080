import { parseArgs } from "node:util";

/** Options of all commands that have a value (docs.docker.com, reference of the command line). Others are flags. */
const valued =
  "add-host allow annotation attest build-arg build-context builder cache-from cache-to call cgroup-parent file filter format iidfile input label memory metadata-file network no-cache-filter output password platform progress provenance sbom secret security-opt shm-size ssh tag target type ulimit username";
const short: Readonly<Record<string, string>> = {
  tag: "t",
  output: "o",
  input: "i",
  memory: "m",
  username: "u",
  password: "p",
};

export type Arguments = ReturnType<typeof readArguments>;

/** @param f the option that `-f` stands for */
export function readArguments(args: readonly string[], f: "file" | "format" | "filter") {
  const options = Object.fromEntries(
    valued.split(" ").map((name) => {
      const letter = name === f ? "f" : short[name];
      return [name, { type: "string" as const, multiple: true, ...(letter && { short: letter }) }];
    }),
  );
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
  });
  const all = (name: string) => [values[name] ?? []].flat().map((value) => String(value).replace(/^=/, ""));
  return {
    positionals,
    all,
    last: (name: string) => all(name).at(-1),
    has: (...names: string[]) => names.some((name) => ["true", ""].includes(all(name).at(-1) ?? "no")),
  };
}

/** Decision of a rehearsal about a call of `docker`. */
type Decision =
  | { readonly kind: "perform"; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: "leave out" | "refuse"; readonly what: string; readonly why: string };

const groups = ["builder", "buildx", "container", "image", "manifest", "system"];
const performed = "build images info inspect load login logout ls pull push save tag version".split(" ");
const builders = /^buildx (?:create|inspect|ls|rm|stop|use|version)$/;
/** Their result is used by later lines, which would fail without it. */
const needed = /^(?:\w+ )?(?:bake|commit|cp|create|export|imagetools|import)$|^manifest /;
/** Options before the command, and whether they lead to another engine. */
const global = /^(?:-H|--host|-c|--context|-l|--log-level|--config|--tls\w+)$/;
const elsewhere = /^(?:-H|--host|-c|--context)(?:=|$)/;

export function decide(
  args: readonly string[],
  { DOCKER_HOST, DOCKER_CONTEXT = "default" }: Readonly<Record<string, string | undefined>>,
): Decision {
  const start = args.findIndex((each, at) => !each.startsWith("-") && !global.test(args[at - 1] ?? ""));
  const words = start < 0 ? [args.at(-1)?.includes("v") ? "version" : "info"] : args.slice(start);
  const isGroup = groups.includes(words[0] ?? "");
  const command = words.slice(0, isGroup ? 2 : 1).join(" ");
  const what = `docker ${command}`;
  if (
    DOCKER_HOST ||
    DOCKER_CONTEXT !== "default" ||
    args.slice(0, Math.max(start, 0)).some((each) => elsewhere.test(each))
  )
    return { kind: "leave out", what, why: "It addresses the Docker engine of another machine." };
  const rest = words.slice(isGroup ? 2 : 1);
  if (builders.test(command)) return { kind: "perform", command: "buildx", args: rest };
  const [name = ""] = command.split(" ").slice(-1);
  if (performed.includes(name) && !command.startsWith("container"))
    return { kind: "perform", command: name === "ls" ? "images" : name, args: rest };
  if (needed.test(command))
    return {
      kind: "refuse",
      what,
      why: "Later lines need its result, and a rehearsal runs no containers for steps.",
    };
  return { kind: "leave out", what, why: "A rehearsal runs no containers for steps." };
}
