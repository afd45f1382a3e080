import { expect, test } from "vitest";
import { markdownOf } from "../core/card.ts";
import { DeploymentRecord } from "./record.ts";
import { messageOf, summaryOf } from "./summary.ts";

const arn = (revision: number) => `arn:aws:ecs:us-east-1:123456789012:task-definition/web:${revision}`;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function recordOf(changes: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    ...new DeploymentRecord("shop", "web"),
    status: "succeeded",
    durationMs: 312_000,
    deploymentId: "d-1",
    revisionBefore: arn(3),
    revisionAfter: arn(4),
    production: [arn(4)],
    changed: true,
    image: `web@${digest("a")}`,
    version: "1.2.0",
    logGroup: "/ecs/web",
    ...changes,
  };
}

const show = (changes?: Partial<DeploymentRecord>) => markdownOf(summaryOf(recordOf(changes)));
const point = (atMs: number, green: number) => ({ atMs, green, blue: 100 - green });
const tried = { status: "rolled-back", production: [arn(3)], cause: "It broke", fix: "repair it." } as const;

test("shows service, revision and version of a good release, what production runs, and where to look", () => {
  const summary = markdownOf(summaryOf(recordOf(), "https://shop.example/"));
  expect(summary).toMatch(
    /^### ✅ web:4 \(1\.2\.0\) deployed after 5 min 12 s\n\n\*\*Production now:\*\* web:4 \(before: web:3\)\n\n/,
  );
  const [, links = ""] = /\n\n(\[deployment\].+)\n\n/.exec(summary) ?? [];
  expect([...links.matchAll(/\[([^\]]+)\]/g)].map(([, text]) => text)).toEqual([
    "deployment",
    "service",
    "logs",
    "task definition",
    "site",
  ]);
});

test("calls the revision of a red end tried, and shows cause, fix and that production is unchanged", () => {
  expect(show(tried)).toMatch(
    /^### ❌ web: tried revision 4 \(1\.2\.0\), rolled back after 5 min 12 s\n\n\*\*It broke\*\*\n\n\*\*Fix:\*\* repair it\.\n\n\*\*Production now:\*\* web:3 \(unchanged\)\n\n/,
  );
});

test.each<[string, Partial<DeploymentRecord>, string]>([
  ["a good release", {}, "✅ web:4 (1.2.0) deployed after 5 min 12 s"],
  [
    "a failed one, with its cause in one line",
    { ...tried, cause: "It broke\n  twice" },
    "❌ web: tried revision 4 (1.2.0), rolled back after 5 min 12 s · It broke twice",
  ],
])("the message shows %s and the run", (_, changes, line) => {
  const github = { GITHUB_REPOSITORY: "octo/web", GITHUB_RUN_NUMBER: "7", GITHUB_RUN_ID: "98" };
  const run = "https://github.com/octo/web/actions/runs/98/attempts/1";
  expect(messageOf(recordOf(changes), github)).toBe(`${line} · ${run}`);
  expect(messageOf(recordOf(changes), {})).toBe(line);
});

test("says from which revision a rollback went back to which", () => {
  const back = { rollback: true, revisionBefore: arn(4), revisionAfter: arn(3), production: [arn(3)] };
  expect(show(back)).toMatch(/^### ✅ web: rolled back 4 → 3 \(1\.2\.0\) in 5 min 12 s/);
  const stopped = { ...back, revisionBefore: arn(3), undone: arn(4) };
  expect(show(stopped)).toMatch(/^### ✅ web: rolled back 4 → 3 /);
  expect(show(stopped)).toContain("**Production now:** web:3 (unchanged)");
});

test("ends the traffic where it ended: on the old tasks after a rollback", () => {
  const traffic = [point(0, 0), point(5_000, 10)];
  const summary = show({ ...tried, traffic });
  expect(summary).toContain("<summary>Traffic: ended at 100/0 (old/new tasks)</summary>");
  expect(summary).toMatch(/line \[.*10, 0(?:, 0)*\]/);
  expect(summary).toContain("| 5 min 12 s | 100 % | 0 % |");
  expect(show({ traffic: [...traffic, point(9_000, 100)] })).toContain("ended at 0/100");
});

test("shows no traffic that never moved, no skipped event, and no column without text", () => {
  const event = { startedAt: 1_000, endedAt: 3_000, diagnostics: undefined };
  const events = [
    { ...event, name: "Install", status: "Succeeded" },
    { ...event, name: "AllowTraffic", status: "Skipped" },
  ];
  const summary = show({ traffic: [point(0, 0)], events });
  expect(summary).toContain(
    "| Event | Status | Time |\n| --- | --- | ---: |\n| Install | Succeeded | 2 s |\n",
  );
  expect(summary).not.toMatch(/Skipped|Traffic:|\| {2}\|/);
});

test("shows a moved image once, and other changes as lines of a diff", () => {
  const [before, after] = [`r/web@${digest("b")}`, `r/web@${digest("a")}`];
  const plan = {
    revision: undefined,
    revisionChanges: [
      `~ containerDefinitions[web].image: "${before}" → "${after}"`,
      "~ containerDefinitions[web].cpu: 256 → 512",
    ],
    images: [{ container: "web", before, after }],
    imagesMoved: false,
    serviceChanges: [],
  };
  const summary = show({ plan });
  expect(summary).toContain("<summary>2 changes to web:3 in production</summary>");
  expect(summary).toContain("| web | sha256:bbbbbbbbbbbb | sha256:aaaaaaaaaaaa |");
  expect(summary).toContain("```diff\n! containerDefinitions[web].cpu: 256 → 512\n```");
});

test("lists several faults with their fixes in place of one cause", () => {
  const findings = [
    { text: "the image does not exist", fix: "push it" },
    { text: "the role does not exist", fix: "create it" },
    { text: "a note", kind: "note" as const },
  ];
  const refused = {
    status: "failed",
    changed: false,
    deploymentId: "",
    revisionAfter: "",
    production: [],
  } as const;
  const summary = show({ ...refused, findings, cause: "2 things to correct: …" });
  expect(summary).toMatch(/^### ❌ web: not deployed, failed after /);
  expect(summary).toContain("- ❌ the image does not exist\\\n  → push it\n- ❌ the role does not exist");
  expect(summary).not.toContain("2 things to correct");
  expect(summary).toContain("**Production now:** web:3 (unchanged)");
  expect(summary).toContain("<summary>1 note</summary>");
});

/** The fold with the traffic of a deployment that took 400 seconds, or as long as the points. */
const trafficOf = (...traffic: ReturnType<typeof point>[]) => show({ durationMs: 400_000, traffic });

test("draws no chart of a deployment that shifted nothing", () => {
  expect(trafficOf()).not.toContain("mermaid");
  expect(trafficOf(point(0, 0))).not.toContain("mermaid");
});

test("draws a canary as a line with two steps over its seconds", () => {
  const summary = trafficOf(point(0, 0), point(60_000, 10), point(360_000, 100));
  expect(summary).toMatch(/```mermaid\n%%\{init: .+\}%%\nxychart-beta\n/);
  expect(summary).toContain('x-axis "seconds since the deployment was created" 0 --> 400');
  const values = /line \[(.+)\]/.exec(summary)?.[1]?.split(", ").map(Number) ?? [];
  expect(values).toHaveLength(61);
  expect([values[0], values[8], values[9], values[53], values[54], values[60]]).toEqual([
    0, 0, 10, 10, 100, 100,
  ]);
});

test("shows long times in minutes", () => {
  expect(trafficOf(point(0, 0), point(3_600_000, 100))).toContain('"minutes since');
});
