import { type Measurement, measure, type Sides } from "../../measurement.ts";
import type { Chain } from "../bundles.ts";
import type { Report } from "../report.ts";
import { type Case, cases, type Outcome } from "./cases.ts";
import { tellers } from "./chains.ts";
import { type Contender, rehearseCase } from "./rehearse-case.ts";

/** One AWS minute takes one second, for the simulator and for both chains. */
const timeScale = 60;
/** Different from the ports of a rehearsal (10 080, 18 080), of the other benches and of the tests. */
const listenerPortOffsets = { ours: 10_600, peer: 10_700 };

/** Runs every case with both chains at the same time, each in an account of its own. */
export async function rehearse(bundles: Sides<Chain>, say: (line: string) => void): Promise<Report> {
  const contenders: Sides<Contender> = {
    ours: { chain: bundles.ours, tellers: tellers.ours, caseInputs: ({ ourInputs }) => ourInputs },
    peer: { chain: bundles.peer, tellers: tellers.peer, caseInputs: ({ officialInputs }) => officialInputs },
  };
  const results: { readonly each: Case; readonly outcomes: Sides<Outcome> }[] = [];
  for (const each of cases) {
    say(`  ${each.name} …`);
    const run = (side: keyof Sides<Contender>) =>
      rehearseCase(each, contenders[side], { timeScale, listenerPortOffset: listenerPortOffsets[side] });
    const [ours, peer] = await Promise.all([run("ours"), run("peer")]);
    results.push({ each, outcomes: { ours, peer } });
  }
  return {
    title: `Deployments on the simulated AWS, ${timeScale} times faster; times in AWS's minutes`,
    table: [head, ...results.flatMap(({ each, outcomes }) => rowsOf(each, outcomes))],
    figures: results.flatMap(({ each, outcomes }) => figuresOf(each, outcomes)),
    details: results.map(({ each, outcomes }) => ({ name: each.name, defect: each.defect, ...outcomes })),
  };
}

const head = [
  "case",
  "defect",
  "expected",
  "by",
  "as expected",
  "verdict",
  "min",
  "calls",
  "left",
  "first annotation",
];

function rowsOf(each: Case, { ours, peer }: Sides<Outcome>): string[][] {
  const { name, defect, expected, holds } = each;
  const row = (by: string, outcome: Outcome) => [
    by,
    holds(outcome) ? "yes" : "NO",
    outcome.green ? "green" : "red",
    outcome.minutes.toFixed(1),
    String(outcome.calls),
    leftOf(outcome),
    shorten(outcome.annotation),
  ];
  return [
    [name, String(defect ?? ""), expected, ...row("ours", ours)],
    ["", "", "", ...row("official", peer)],
  ];
}

/** Describes what production has afterwards in addition to its tasks. */
function leftOf({ before, after }: Outcome): string {
  const revisions = after.revisions - before.revisions;
  const parts = [
    `${after.desiredCount} wanted`,
    `${revisions} new revision${revisions === 1 ? "" : "s"}`,
    after.ongoing > 0 && "deployment goes on",
  ];
  return parts.filter(Boolean).join(", ");
}

/** About one line of a wide terminal. */
const longest = 150;
const shorten = (text: string) => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

function figuresOf({ name, timesFaster }: Case, { ours, peer }: Sides<Outcome>): Measurement[] {
  if (timesFaster === undefined) return [];
  return [
    measure({
      name: "deployments",
      metric: name,
      unit: "min of AWS",
      better: "lower",
      ours: ours.minutes,
      peer: { name: "official chain", value: peer.minutes },
      goal: `≥ ${timesFaster} ×`,
    }),
  ];
}
