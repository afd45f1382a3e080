import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StandIn } from "./stand-in.ts";

// The real action's own limit.
const mostSubjects = 1024;

/** Writes the statement that the real action (release 4) would sign. Nothing is signed: the signer is a public service. */
export const attestBuildProvenance: StandIn = {
  inputs: ["subject-checksums"],
  async run(step) {
    for (const permission of ["id-token", "attestations"])
      if (step.permissions[permission] !== "write")
        throw new Error(`The job needs the permission '${permission}: write' to attest`);
    const file = step.input("subject-checksums");
    const lines = (await readFile(resolve(step.workspace, file), "utf8")).split("\n").filter(Boolean);
    if (lines.length > mostSubjects)
      throw new Error(`Too many subjects: ${lines.length}; the maximum is ${mostSubjects}`);
    const subject = lines.map((line) => {
      const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      if (!sha256 || !name) throw new Error(`${file}: '${line}' is not a line of sha256sum`);
      return { name, digest: { sha256 } };
    });
    const path = join(step.environment.RUNNER_TEMP ?? step.workspace, "attestation.json");
    const statement = { _type: "https://in-toto.io/Statement/v1", subject };
    await writeFile(path, JSON.stringify(statement));
    step.setOutput("bundle-path", path);
    step.log(`Attestation created for ${subject.length} subjects, unsigned`);
  },
};
