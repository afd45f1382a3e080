import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll } from "vitest";
import { openLabIn } from "../check.support.ts";
import { runItem } from "../item.ts";
import { type LabOptions, readAccount } from "../lab.ts";
import { buildByHand } from "../lab-account.support.ts";
import { allOf, createChanges, type Seed } from "../mistakes.support.ts";
import { Unreadable } from "../outcome.ts";
import { phase10, phases } from "./phases.ts";

export type Change = Seed | Partial<LabOptions>;
const items = new Map([...phases, phase10].flatMap(({ items }) => items.map((item) => [item.id, item])));

/** A lab whose nine phases are done. It is read once: each row of a test changes what one read returns. */
export async function openFinishedLab() {
  const simulator = await startTestSimulator({ account: "academy" });
  afterAll(() => simulator.close());
  const { securityGroup } = await buildByHand(simulator);
  const finished = readAccount(simulator.clientConfig);
  const { change, set, edited } = createChanges();

  /** Returns status, evidence and the fix by the CLI, in one text. */
  async function resultOf(id: string, ...changes: Change[]): Promise<string> {
    const item = items.get(id);
    if (!item) throw new Error(`${id} is not an item`);
    const undo = await allOf(...changes.filter((each) => typeof each === "function"))();
    const options = Object.assign({}, ...changes.filter((each) => typeof each === "object"));
    const lab = openLabIn(simulator, { account: edited(finished), ...options });
    const { status, evidence, fix } = await runItem(item, lab).finally(undo);
    return `${status}: ${evidence} Fix: ${fix?.cli}`;
  }
  return { simulator, securityGroup, resultOf, change, set };
}

/** A read that the role may not do. */
export function denied(): never {
  throw new Unreadable("denied");
}
