// @ts-check
import { spawnSync } from "node:child_process";
import { nearest, Refusal } from "../../../scripts/run/command-line.mjs";
import { shortEnvironment } from "../../../scripts/run/short-environment.mjs";

/** The rehearsal sets these: its workflows work with no other value. */
const ownVariables = ["AWS_REGION", "BASE_IMAGE", "PRODUCTION_URL"];

/**
 * Reads NAME=VALUE. Throws for a name that GitHub or the rehearsal does not accept.
 * @param {string} text
 * @returns {[name: string, value: string]}
 */
export function repositoryVariable(text) {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error("is not NAME=VALUE");
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /^GITHUB_/i.test(name))
    throw new Error(
      "has a name that GitHub refuses: letters, digits and _ only, no digit first, not GITHUB_ first",
    );
  const upper = name.toUpperCase();
  if (ownVariables.includes(upper)) throw new Error(`has the name ${upper}, which the rehearsal sets`);
  return [upper, value];
}

/**
 * Refuses variables that no workflow of the last commit reads: GitHub would ignore the misspelt name.
 * @param {string} project
 * @param {readonly string[]} names
 */
export function checkVariables(project, names) {
  if (names.length === 0) return;
  const { stdout } = spawnSync("git", ["grep", "-hoE", "vars\\.[A-Za-z0-9_]+", "HEAD", "--", ".github"], {
    cwd: project,
    encoding: "utf8",
    env: shortEnvironment(process.env),
  });
  const read = [...new Set((stdout ?? "").split("\n").map((line) => line.slice("vars.".length)))];
  const known = read.filter((name) => name !== "" && !ownVariables.includes(name)).sort();
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new Refusal(
      `--var: no workflow reads the variable ${name}${near ? `, did you mean ${near}?` : "."} Variables: ${known.join(", ")}`,
    );
  }
}
