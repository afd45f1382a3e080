import type { Keys } from "../story/simulator-process.ts";

/** A secret or variable that workflows read. */
export interface ReadValue {
  readonly kind: "secret" | "variable";
  readonly name: string;
  /** Works in the rehearsal; empty for one whose readers have a default. */
  placeholder: string;
  /** Such as `cluster (.github/workflows/deploy.yml:30)`. */
  readonly usedFor: string;
}

export interface Place {
  readonly region: string;
  readonly account: string;
  readonly keys: Keys | undefined;
}

/** Placeholders until the account has them. */
export const unknownSubnets = "subnet-of-the-rehearsal";
export const unknownGroups = "sg-of-the-rehearsal";

/** Not a word of a log, which hides the values of secrets. */
const madeUp = "made-up-for-the-rehearsal";

interface Use {
  readonly key: string;
  /** Whether it is all of the key's value. */
  readonly isWhole: boolean;
  /** Text behind the name. */
  readonly rest: string;
  readonly place: string;
}

/** Finds the secrets and variables that workflows read, by their texts. */
export function valuesIn(texts: ReadonlyMap<string, string>, at: Place): ReadValue[] {
  const uses = new Map<string, Use[]>();
  for (const [file, text] of texts)
    for (const [index, line] of text.split("\n").entries())
      for (const found of line.matchAll(/\b(secrets|vars)(?:\.([\w-]+)|\['([\w-]+)'\])/g)) {
        const [text, context, dotted, quoted] = found;
        const id = `${context} ${dotted ?? quoted}`;
        const [before, rest] = [
          line.slice(0, found.index),
          line.slice(found.index + text.length).trimStart(),
        ];
        const key = [...before.matchAll(/(?:^\s*(?:-\s+)?|[{,]\s+)([\w.-]+):/g)].at(-1)?.[1] ?? "";
        const use = { key, isWhole: isWhole(before.trimEnd(), rest), rest, place: `${file}:${index + 1}` };
        uses.set(id, [...(uses.get(id) ?? []), use]);
      }
  uses.delete("secrets GITHUB_TOKEN");
  return [...uses].map(([id, found]) => {
    const [context, name = ""] = id.split(" ");
    const { key, place } = found.find((use) => use.key !== "") ?? (found[0] as Use);
    return {
      kind: context === "secrets" ? "secret" : "variable",
      name,
      placeholder: placeholderOf(name, context === "secrets", found, at),
      usedFor: `${key || "a script"} (${place})`,
    };
  });
}

function isWhole(before: string, rest: string): boolean {
  const [start, end] = [before.slice(0, -"${{".length), rest.split("}}")[1] ?? ""];
  const isKey = before.endsWith("${{") && start.replace(/["']$/, "").trimEnd().endsWith(":");
  return isKey && /^["']?\s*(?:[,}]|$)/.test(end);
}

const nameLike =
  /CLUSTER|SERVICE|REPO|CONTAINER|TASK|FAMILY|IMAGE|NAME|APP|GROUP|ENV|STAGE|PREFIX|PROJECT|BUCKET/;

function placeholderOf(
  name: string,
  isSecret: boolean,
  uses: readonly Use[],
  { region, account, keys }: Place,
): string {
  if (uses.every(({ rest }) => rest.startsWith("||"))) return "";
  // `secrets.PASSWORD && … || …` works without it, unless all of a job depends on it.
  if (uses.some(({ key, rest }) => rest.startsWith("&&") && key !== "if")) return "";
  // A value with which one that has a default elsewhere is compared is an exception.
  const literal = uses.some(({ rest }) => rest.startsWith("||"))
    ? undefined
    : uses.map(({ rest }) => /^== ?'([^']*)'/.exec(rest)?.[1]).find(Boolean);
  if (literal) return literal;
  // A key says what its whole value is, not what a part of it is.
  const whole = uses.filter((use) => use.isWhole);
  const names = [name, ...whole.map(({ key }) => key)].map((each) => each.toUpperCase().replaceAll("-", "_"));
  const kebab = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
  const rules: readonly (readonly [RegExp, string])[] = [
    // The block of a lab's page holds the keys again.
    [/AWS_CREDENTIALS/, ""],
    [/ACCESS_KEY_ID|^AWS_ACCESS_KEY$/, keys?.AWS_ACCESS_KEY_ID ?? "AKIAREHEARSAL"],
    [/SECRET_ACCESS_KEY|AWS_SECRET(_KEY)?$/, keys?.AWS_SECRET_ACCESS_KEY ?? madeUp],
    [/AWS_SESSION_TOKEN/, keys?.AWS_SESSION_TOKEN ?? madeUp],
    [/TOKEN|WEBHOOK|PASSWORD/, /WEBHOOK|URL/.test(name) ? "https://rehearsal.invalid/" : madeUp],
    [/ROLE/, `arn:aws:iam::${account}:role/${kebab}`],
    [/REGION/, region],
    [/ACCOUNT/, account],
    [/REGISTRY|ECR_(HOST|DOMAIN)/, host],
    [/(REPO|REPOSITORY|IMAGE)(SITORY)?_(URI|URL)/, `${host}/${kebab}`],
    [/SUBNET/, unknownSubnets],
    [/SECURITY_GROUP|(^|_)SG(_|$)/, unknownGroups],
    [/(^|_)(URL|ENDPOINT)$/, "https://rehearsal.invalid/"],
    [/(^|_)PORT$/, "80"],
    [/(^|_)(IP|CIDR)S?$/, "0.0.0.0/0"],
    // A program reads it as its own options.
    [/(OPTIONS|OPTS|ARGS|FLAGS)$/, ""],
    [/COUNT$|^CPU$|_CPU$/, "1"],
  ];
  const found = rules.find(([pattern]) => names.some((each) => pattern.test(each)))?.[1];
  if (found !== undefined) return found;
  // As on GitHub, a variable that is not set is empty, which most readers of other settings expect.
  // Each secret is hidden in the logs, where a word such as `cluster` must stay.
  const text = kebab.includes("-") ? kebab : `rehearsal-${kebab}`;
  return isSecret || names.some((each) => nameLike.test(each)) ? text : "";
}
