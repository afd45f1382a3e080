import { placeIn } from "../../../cloudformation/plan-stacks.ts";
import { Failure } from "../../../core/failure.ts";
import { isObject } from "../../../core/is-object.ts";
import { didYouMean } from "../../../core/nearest-name.ts";
import type { ProvisionContext } from "../context.ts";
import type { LookupKind, Named, Network } from "./network.ts";

const kinds: readonly LookupKind[] = [
  "vpc",
  "subnet",
  "security-group",
  "instance-endpoint",
  "instance-port",
];

/**
 * Returns the profile with an id in the place of every lookup, an object of one key such as `{ "vpc": "LabVPC" }`.
 * Lookups other than VPCs may begin with the VPC's name, `{ "subnet": "LabVPC/Public Subnet1" }`. All lookups that
 * match nothing, or several things, become one Failure. `{ "variable": "ADMIN_SOURCE_IPS" }` is a variable of the
 * step's environment; `"default"` next to it is the value without one.
 */
export async function resolveLookups(
  context: Pick<ProvisionContext, "clientConfig" | "signal">,
  values: unknown,
  file: string,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<unknown> {
  if (!isObject(values) || !Object.values(values).some(holdsObject)) return values;
  const { openNetwork } = await import("./network.ts");
  const network = openNetwork(context);
  const problems: string[] = [];
  const resolve = async (value: unknown, place: string): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map((item) => resolve(item, place)));
    if (!isObject(value)) return value;
    const found = readVariable(value, variables) ?? (await find(network, value));
    if ("id" in found) return found.id;
    problems.push(`${place}: ${found.problem}`);
    return "";
  };
  const resolved: { [template: string]: unknown } = {};
  for (const [template, given] of Object.entries(values)) {
    if (!isObject(given)) resolved[template] = given;
    else
      resolved[template] = Object.fromEntries(
        await Promise.all(
          Object.entries(given).map(async ([name, value]) => [
            name,
            await resolve(value, placeIn(file, [template, name])),
          ]),
        ),
      );
  }
  if (problems.length > 0)
    throw new Failure(problems.join("; "), {
      nextStep: "correct these look-ups, or use the IDs; nothing was changed.",
    });
  return resolved;
}

/** Returns the profile without looked-up parameters: enough to name stacks and their order. */
export function withoutLookups(values: unknown): unknown {
  if (!isObject(values)) return values;
  const plain = (given: object) =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => !holdsObject([value])));
  return Object.fromEntries(
    Object.entries(values).map(([name, given]) => [name, isObject(given) ? plain(given) : given]),
  );
}

function holdsObject(given: unknown): boolean {
  if (!isObject(given) && !Array.isArray(given)) return false;
  return Object.values(given).some((value) =>
    Array.isArray(value) ? value.some(isObject) : isObject(value),
  );
}

/** Returns undefined for a lookup in the account. GitHub passes a variable that is not set as an empty text. */
function readVariable(
  lookup: object,
  variables: NodeJS.ProcessEnv,
): { id: string } | { problem: string } | undefined {
  const { variable, default: otherwise, ...others } = lookup as { readonly [key: string]: unknown };
  if (typeof variable !== "string" || Object.keys(others).length > 0) return undefined;
  const value = variables[variable] || otherwise;
  if (typeof value === "string") return { id: value };
  return otherwise === undefined
    ? { problem: `the variable ${variable} is not set (set it in the repository, or in the step's \`env\`)` }
    : undefined;
}

async function find(network: Network, lookup: object): Promise<{ id: string } | { problem: string }> {
  const [[kind = "", wanted] = [], ...others] = Object.entries(lookup) as [string, unknown][];
  if (!isKind(kind) || typeof wanted !== "string" || others.length > 0)
    return {
      problem: `${JSON.stringify(lookup)} is not a look-up; expected for example { "vpc": "LabVPC" }, with one of the kinds ${kinds.join(", ")}, variable`,
    };
  const slash = kind === "vpc" ? -1 : wanted.indexOf("/");
  const vpcs = slash < 0 ? undefined : (await network.all("vpc")).filter(isNamed(wanted.slice(0, slash)));
  if (vpcs?.length === 0) return { problem: await nothing(network, "vpc", wanted.slice(0, slash)) };
  const inVpc = ({ vpcId }: Named) => !vpcs || vpcs.some(({ id }) => id === vpcId);
  const name = wanted.slice(slash + 1);
  const [only, ...rest] = (await network.all(kind)).filter(isNamed(name)).filter(inVpc);
  if (!only) return { problem: await nothing(network, kind, name) };
  return rest.length > 0 ? { problem: several(kind, name, [only, ...rest]) } : { id: only.id };
}

function isKind(kind: string): kind is LookupKind {
  return (kinds as readonly string[]).includes(kind);
}

function isNamed(name: string) {
  return ({ names }: Named) => names.includes(name);
}

async function nothing(network: Network, kind: LookupKind, name: string): Promise<string> {
  const names = [...new Set((await network.all(kind)).flatMap(({ names }) => names))];
  const there =
    names.length > 0 ? `; existing: ${names.join(", ")}` : `; no ${kind} in this region has a name`;
  return `${kind} "${name}" does not exist in ${await network.region()}${didYouMean(name, names) || there}`;
}

function several(kind: LookupKind, name: string, found: readonly Named[]): string {
  const ids = found.map(({ id, vpcId }) => (kind === "vpc" ? id : `${id} in ${vpcId}`)).join(", ");
  const fix = kind === "vpc" ? "" : ` (put the VPC first, as in "LabVPC/${name}")`;
  return `${found.length} ${kind}s are named "${name}": ${ids}${fix}`;
}
