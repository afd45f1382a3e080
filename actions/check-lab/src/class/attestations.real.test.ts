import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import Papa from "papaparse";
import { afterAll, expect, it } from "vitest";

// A stand-in for gh with its exit codes and the last lines of its errors. It verifies no signature: GitHub does that.
const folder = mkdtempSync(join(tmpdir(), "check-lab-attested-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [signed, other] = ["a".repeat(40), "b".repeat(40)];
const workflow = "teacher/ecs-delivery/.github/workflows/check-lab-report.yml";

const standIn = `#!${process.execPath}
const { createHash } = require("node:crypto");
const { copyFileSync, existsSync, readFileSync } = require("node:fs");
const end = (code, text) => { console.error(text); process.exit(code); };
if (process.env.GH_STATE === "out") end(4, "To get started with GitHub CLI, please run:  gh auth login");
const [group, verb, ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const repository = option("--repo").replace("/", "+");
if (group + verb === "rundownload") {
  const artifact = "${folder}/artifacts/" + repository + ".json";
  if (!existsSync(artifact)) end(1, "no artifact matches any of the names or patterns provided");
  copyFileSync(artifact, option("--dir") + "/report.json");
  process.exit(0);
}
if (process.env.GH_STATE === "old") end(1, "unknown flag: --signer-digest\\n\\nUsage:  gh attestation verify");
if (!rest.includes("--deny-self-hosted-runners")) end(1, "Error: a student's machine may be the runner");
const digest = createHash("sha256").update(readFileSync(rest[0])).digest("hex");
const found = JSON.parse(readFileSync("${folder}/attestations.json", "utf8")).find((each) => each.digest === digest);
if (!found || found.repository !== repository) end(1, "Error: HTTP 404: Not Found (https://api.github.com/attestations)");
if (found.workflow !== option("--signer-workflow") || found.commit !== option("--signer-digest"))
  end(1, "✗ Verification failed\\n\\nError: expected BuildSignerDigest to be " + option("--signer-digest") + ", got " + found.commit);
const runInvocationURI = "https://github.com/" + option("--repo") + "/actions/runs/7/attempts/1";
console.log(JSON.stringify([{ verificationResult: { signature: { certificate: { runInvocationURI } } } }]));
`;

function reportOf(student: string, day: number, status: "pass" | "fail"): string {
  const points = status === "pass" ? 1 : 0;
  const score = { points, of: 1, unchecked: 0, percent: 100 * points };
  const item = { id: "5.cluster", title: "A cluster", status, weight: 1, points, evidence: "one" };
  const head = { version: 2, checkedAt: `2026-10-0${day}T08:00:00.000Z`, student, account: null };
  const phases = [{ phase: 5, title: "Registry", score, items: [item] }];
  return JSON.stringify({ ...head, region: "us-east-1", score, phases, taken: {}, notes: [] });
}

function put(path: string, text: string): string {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
  return text;
}

const attested: object[] = [];
function attest(repository: string, text: string, by = { workflow, commit: signed }): void {
  attested.push({ repository, digest: createHash("sha256").update(text).digest("hex"), ...by });
  put("attestations.json", JSON.stringify(attested));
}

writeFileSync(join(folder, "gh"), standIn, { mode: 0o755 });
// Grace changed a copy of her report, Linus the workflow in his fork, and Mallory hands in Ada's.
const ada = put("reports/ada/1/report.json", reportOf("ada/lab", 1, "pass"));
attest("ada+lab", ada);
put("reports/ada/2/report.json", reportOf("ada/lab", 2, "fail"));
attest("grace+lab", reportOf("grace/lab", 1, "fail"));
put("reports/grace/report.json", reportOf("grace/lab", 1, "pass"));
attest("linus+lab", put("reports/linus/report.json", reportOf("linus/lab", 1, "pass")), {
  workflow,
  commit: other,
});
put("reports/mallory/report.json", ada);
put("reports/joan/report.json", reportOf("this account", 1, "pass"));
attest("mary+lab", put("artifacts/mary+lab.json", reportOf("mary/lab", 3, "pass")));
put("students.txt", "https://github.com/mary/lab.git\n");

function makeTable(options: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  const PATH = [folder, process.env.PATH].join(delimiter);
  const env = { ...nodeEnvironment(), PATH, INIT_CWD: folder, ...changes };
  const args = [join(import.meta.dirname, "main.ts"), "--output", "table", ...options];
  return new Promise<{ code: number; stderr: string; proofs: Record<string, string>; notes: string }>(
    (resolve) =>
      execFile(process.execPath, args, { env }, (error, _, stderr) => {
        const table = readFileSync(join(folder, "table/class.csv"), "utf8");
        const { data } = Papa.parse<Record<string, string>>(table, { header: true, skipEmptyLines: true });
        const proofs = data.map((row) => [row.student, `${row["score (%)"]} % ${row.proof}`]);
        const notes = data.map((row) => `${row.student}: ${row["to check"]}`).join("\n");
        resolve({ code: Number(error?.code ?? 0), stderr, proofs: Object.fromEntries(proofs), notes });
      }),
  );
}

it("counts a report that the signer's workflow made, also before a newer one without proof", async () => {
  const options = ["--reports", "reports", "--repositories", "students.txt", "--signer"];
  const { code, stderr, proofs, notes } = await makeTable([...options, `teacher/ecs-delivery@${signed}`]);
  expect(code).toBe(0);
  expect(proofs).toEqual({
    ada: "100 % attested by https://github.com/ada/lab/actions/runs/7/attempts/1",
    grace: "100 % self-reported: HTTP 404: Not Found (https://api.github.com/attestations)",
    joan: "100 % self-reported: it is not from a repository on GitHub",
    linus: `100 % self-reported: expected BuildSignerDigest to be ${signed}, got ${other}`,
    mallory: "100 % attested by https://github.com/ada/lab/actions/runs/7/attempts/1",
    "mary/lab": "100 % attested by https://github.com/mary/lab/actions/runs/7/attempts/1",
  });
  expect(stderr).toContain("check-lab-class: grace: self-reported: HTTP 404");
  expect(notes).toContain("mallory: the same name as ada, the proof does not name mallory");
  const both = await makeTable([...options, `teacher/ecs-delivery@${other},${signed}`]);
  expect(both.proofs.linus).toMatch(/^100 % attested/);
});

it.each([
  ["no gh", { PATH: "/nowhere" }, "the program gh is not installed. Fix: install it from cli.github.com"],
  ["a gh that is not logged in", { GH_STATE: "out" }, "gh is not logged in. Fix: gh auth login"],
  ["an old gh", { GH_STATE: "old" }, "gh is too old. Fix: install 2.67 or newer from cli.github.com"],
])("marks every report self-reported with %s, and says the fix", async (_, changes, reason) => {
  const options = ["--reports", "reports", "--signer", `teacher/ecs-delivery@${signed}`];
  const { code, stderr, proofs } = await makeTable(options, changes);
  expect(code).toBe(0);
  delete proofs.joan;
  expect(Object.values(proofs).filter((proof) => !proof.includes(`self-reported: ${reason}`))).toEqual([]);
  expect(proofs.ada).toMatch(/^0 %/);
  expect(stderr).toContain(`check-lab-class: ada: self-reported: ${reason}`);
});
