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

interface Use {
  readonly key: string;
  readonly line: string;
  readonly place: string;
}

/** Finds the secrets and variables that workflows read, by their texts. */
export function valuesIn(texts: ReadonlyMap<string, string>, at: Place): ReadValue[] {
  const uses = new Map<string, Use[]>();
  for (const [file, text] of texts)
    for (const [index, line] of text.split("\n").entries())
      for (const { 1: context, 2: dotted, 3: quoted, index: at } of line.matchAll(
        /\b(secrets|vars)(?:\.([\w-]+)|\['([\w-]+)'\])/g,
      )) {
        const id = `${context} ${dotted ?? quoted}`;
        const keys = line.slice(0, at).matchAll(/(?:^\s*(?:-\s+)?|[{,]\s+)([\w.-]+):/g);
        const key = [...keys].at(-1)?.[1] ?? "";
        uses.set(id, [...(uses.get(id) ?? []), { key, line, place: `${file}:${index + 1}` }]);
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

const nameLike =
  /CLUSTER|SERVICE|REPO|CONTAINER|TASK|FAMILY|IMAGE|NAME|APP|GROUP|ENV|STAGE|PREFIX|PROJECT|BUCKET/;

function placeholderOf(
  name: string,
  isSecret: boolean,
  uses: readonly Use[],
  { region, account, keys }: Place,
): string {
  const access = `\\b(?:secrets|vars)(?:\\.${name}\\b|\\['${name}'\\])\\s*`;
  if (uses.every(({ line }) => new RegExp(`${access}\\|\\|`).test(line))) return "";
  const compared = uses.map(({ line }) => new RegExp(`${access}==\\s*'([^']*)'`).exec(line)?.[1]);
  const literal = compared.find(Boolean);
  if (literal) return literal;
  // A key says what its whole value is, not what a part of it is.
  const value = new RegExp(`:\\s*["']?\\$\\{\\{[^{}]*${access}[^{}]*\\}\\}["']?\\s*(?:[,}]|$)`);
  const whole = uses.filter(({ line }) => value.test(line));
  const names = [name, ...whole.map(({ key }) => key)].map((each) => each.toUpperCase().replaceAll("-", "_"));
  const kebab = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
  const rules: readonly (readonly [RegExp, string])[] = [
    // The block of a lab's page holds the keys again.
    [/AWS_CREDENTIALS/, ""],
    [/ACCESS_KEY_ID|^AWS_ACCESS_KEY$/, keys?.AWS_ACCESS_KEY_ID ?? "AKIAREHEARSAL"],
    [/SECRET_(ACCESS_)?KEY$/, keys?.AWS_SECRET_ACCESS_KEY ?? "rehearsal"],
    [/AWS_SESSION_TOKEN/, keys?.AWS_SESSION_TOKEN ?? "rehearsal"],
    [/TOKEN|WEBHOOK|PASSWORD/, /WEBHOOK|URL/.test(name) ? "https://rehearsal.invalid/" : "rehearsal"],
    [/ROLE/, `arn:aws:iam::${account}:role/${kebab}`],
    [/REGION/, region],
    [/ACCOUNT/, account],
    [/REGISTRY|ECR_(HOST|DOMAIN)/, host],
    [/(REPO|REPOSITORY|IMAGE)(SITORY)?_(URI|URL)/, `${host}/${kebab}`],
    [/(^|_)(URL|ENDPOINT)$/, "https://rehearsal.invalid/"],
    [/(^|_)PORT$/, "80"],
    [/COUNT$|^CPU$|_CPU$/, "1"],
  ];
  const found = rules.find(([pattern]) => names.some((each) => pattern.test(each)))?.[1];
  if (found !== undefined) return found;
  // As on GitHub, a variable that is not set is empty, which most readers of other settings expect.
  return isSecret || names.some((each) => nameLike.test(each)) ? kebab : "";
}
