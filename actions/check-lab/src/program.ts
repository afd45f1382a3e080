import { matches, type ServiceCode } from "./code.ts";

const programs = /\.[cm]?[jt]sx?$/;
const chainedCall = /\.\s*(get|post|put|patch|delete|all)\(/g;
/** The first argument of a call: without calls and commas in it, or a list. */
const routeCall = /\b(\w+)\s*\.\s*(get|post|put|patch|delete|all)\s*\(([^,()[\]]*\[[^\]]*\]|[^,()[\]]+),/g;
const routeChain = /\b(\w+)\s*\.\s*(route)\s*\(([^,()]+)\)/g;
/** A router under a path: Express and Hono; with options, or by its base path: Koa, Fastify, Hono. */
const mount = /\b(\w+)\s*\.\s*(?:use|route)\s*\(([^,()]+),/g;
const prefix = /\b(?:prefix\s*:|basePath\()\s*([^,(){}\n]+)/g;
const redirect = /\b(?:redirect|location)\(\s*(?:\d+\s*,\s*)?([^,()]+)/gi;
const locationHeader = /\blocation["']?\s*[:,]\s*([^,(){}\n]+)/gi;
const listen = /\.listen\(\s*(?:\{[^}]*?\bport\s*:\s*)?((?:[^,(){}]|\([^()]*\))+)/g;
const serve = /\bserve\(\s*\{[^}]*?\bport\s*:\s*((?:[^,(){}]|\([^()]*\))+)/g;

interface Route {
  readonly place: string;
  /** `get`, or several as `get,post`. */
  readonly method: string;
  readonly path: string;
  readonly redirects: boolean;
  /** Whether the path may be below one of `prefixesOf`, since another router than the upper one has it. */
  readonly isBelow: boolean;
}

/** Routes whose paths can be read from the text: Express and its relatives. */
export function routesOf(code: ServiceCode): Route[] {
  const calls = matches(code, routeCall, programs).filter(
    ({ groups }) => !/^(axios|re[qs]|request|http)$/.test(groups[0] ?? ""),
  );
  const mounts = mountsOf(code);
  return [...calls, ...matches(code, routeChain, programs)].flatMap(
    ({ place, path: file, groups, after }) => {
      const [receiver = "", verb = "", argument = ""] = groups;
      const statement = after.split(/;|\n\s*\n/)[0] ?? "";
      const chained = [...statement.matchAll(chainedCall)].map(([, each]) => each);
      const method = verb === "route" ? chained.join(",") : verb;
      const redirects = /\bredirect\(/.test(statement);
      const isBelow = !mounts.some((each) => each.file === file && each.receiver === receiver);
      return argument
        .replace(/[[\]]/g, "")
        .split(",")
        .flatMap((each) => textOf(code, file, each) ?? [])
        .filter((path) => method !== "" && (path.startsWith("/") || path === ""))
        .map((path) => ({ place, method, path, redirects, isBelow }));
    },
  );
}

function mountsOf(code: ServiceCode) {
  return matches(code, mount, programs).flatMap(({ path: file, groups: [receiver, argument = ""] }) => {
    const path = textOf(code, file, argument);
    return path?.startsWith("/") ? [{ file, receiver, path }] : [];
  });
}

/** Paths that routers are mounted under. Which router is under which is judged on the running site. */
export function prefixesOf(code: ServiceCode): string[] {
  const own = valuesOf(code, [prefix], /^\//).map(({ found }) => found);
  return [...own, ...mountsOf(code).map(({ path }) => path)];
}

/** Where the program redirects to. */
export const redirectsOf = (code: ServiceCode) => valuesOf(code, [redirect, locationHeader], /^\//);

/** The ports that the program listens on in its image. */
export const portsOf = (code: ServiceCode) => valuesOf(code, [listen, serve], /^\d+$/);

/** The values of the expressions that patterns find, if they can be read and fit. */
function valuesOf(code: ServiceCode, patterns: readonly RegExp[], fits: RegExp) {
  return patterns
    .flatMap((pattern) => matches(code, pattern, programs))
    .flatMap(({ place, path, groups }) => {
      const found = textOf(code, path, groups[0] ?? "");
      return found !== undefined && fits.test(found) ? [{ place, found }] : [];
    });
}

/** The value of an expression, if its text shows it: literals, constants, variables of the image, defaults. */
function textOf(code: ServiceCode, file: string, expression: string, depth = 0): string | undefined {
  const text = expression.trim().replace(/ as \w+$/, "");
  if (depth > 6) return undefined;
  const value = (part: string) => textOf(code, file, part, depth + 1);
  const [, literal] = /^["'`]([^"'`$]*)["'`]$/.exec(text) ?? /^(\d+)$/.exec(text) ?? [];
  if (literal !== undefined) return literal;
  const choices = text.split(/\|\||\?\?/);
  if (choices.length > 1) return choices.map(value).find((each) => each !== undefined && each !== "");
  const parts = /^`[^`]*`$/.test(text) ? text.slice(1, -1).split(/\$\{([^{}]*)\}/) : undefined;
  const values = parts
    ? parts.map((part, index) => (index % 2 ? value(part) : part))
    : text.split("+").filter(Boolean).map(value);
  if (parts || values.length > 1) return values.includes(undefined) ? undefined : values.join("");
  const [, inner] =
    /^\+?(?:(?:Number|String|parseInt|Number\.parseInt)\(([^()]*?)(?:,\s*10\s*)?\))$/.exec(text) ?? [];
  if (inner !== undefined) return value(inner);
  const [, variable] =
    /^(?:process\.|Bun\.)?env(?:\.(\w+)|\[["'](\w+)["']\])$/
      .exec(text)
      ?.filter((each) => each !== undefined) ?? [];
  if (variable !== undefined) return dockerfileOf(code)?.variables.get(variable);
  const [, name] = /^\+?(?:[\w.]+\.)?(\w+)$/.exec(text) ?? [];
  return name === undefined ? undefined : constant(code, file, name, depth);
}

const definition =
  /\b(\w+)\s*(?::\s*\w+\s*)?(?:=(?![=>])|:)\s*((?:[^;,\n(){}]|\([^()\n]*\)|\$\{[^{}\n]*\})+)/g;

/** The one value that a name has in its file, or in all files. */
function constant(code: ServiceCode, file: string, name: string, depth: number): string | undefined {
  const all = matches(code, definition, programs).filter(({ groups }) => groups[0] === name);
  const own = all.filter(({ path }) => path === file);
  const values = (own.length > 0 ? own : all).map(({ path, groups }) =>
    textOf(code, path, groups[1] ?? "", depth + 1),
  );
  return new Set(values).size === 1 ? values[0] : undefined;
}

interface Dockerfile {
  readonly path: string;
  /** As written, with variables filled in. */
  readonly exposed: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

/** The last stage of the service's Dockerfile, and the stages that it is made from. */
export function dockerfileOf({ files, folder }: ServiceCode): Dockerfile | undefined {
  const file = files.find(({ path }) => path === `${folder}/Dockerfile`);
  if (!file) return undefined;
  const stages = new Map<string, Pick<Dockerfile, "exposed" | "variables">>();
  const given = new Map<string, string>();
  let exposed: string[] = [];
  let variables = new Map<string, string>();
  const filled = (text: string) =>
    text.replace(
      /\$\{?(\w+)(?::-([^}]*))?\}?/g,
      (whole, name, or) => variables.get(name) ?? given.get(name) ?? or ?? whole,
    );
  for (const line of file.text.replace(/\\\r?\n/g, " ").split("\n")) {
    const [, instruction = "", rest = ""] = /^(\w+)[ \t](.*)$/.exec(line.trimStart()) ?? [];
    const pairs = [...rest.matchAll(/(?<!\S)(\w+)[= ]("[^"]*"|[^\s"]\S*)/g)];
    if (/^from$/i.test(instruction)) {
      const [image = "", , name = image] = rest
        .replace(/^--\S+\s+/, "")
        .trim()
        .split(/\s+/);
      const base = stages.get(image);
      exposed = [...(base?.exposed ?? [])];
      variables = new Map(base?.variables);
      stages.set(name, { exposed, variables });
    } else if (/^expose$/i.test(instruction)) exposed.push(...filled(rest).trim().split(/\s+/));
    else if (/^(arg|env)$/i.test(instruction))
      for (const [, name = "", value = ""] of rest.includes("=") ? pairs : pairs.slice(0, 1))
        (/^env$/i.test(instruction) ? variables : given).set(name, filled(value.replace(/^"|"$/g, "")));
  }
  return { path: file.path, exposed, variables };
}
