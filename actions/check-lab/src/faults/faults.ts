import { hint } from "../choices.ts";
import { services } from "../parts.ts";
import { deliveryBreaks } from "./delivery-faults.ts";
import texts from "./faults.json" with { type: "json" };
import { networkBreaks } from "./network-faults.ts";
import { type Break, type Place, release, type Undo } from "./place.ts";

/** One way to break a working lab. Its name does not give the cause away, since a player types it. */
export interface Fault {
  readonly name: string;
  /** Part of the lab that it is in, such as `listener rule`. */
  readonly kind: string;
  /** Report of a visitor or of an operator, who does not know the cause. */
  readonly symptom: Readonly<Record<"en" | "fr", string>>;
  /** Pattern of what is seen in the broken lab and not in the working one. */
  readonly sees: string;
  /** The first hint; the next ones are check-lab's. */
  readonly hint: Readonly<Record<"en" | "fr", string>>;
  /** Ids of check-lab's items: the one that fails, then those that wait for it. */
  readonly items: string;
  /** Pattern of what check-lab says. */
  readonly evidence: string;
  /** Whether only a release shows it. */
  readonly isReleased: boolean;
  readonly apply: Break;
}

const breaks: Readonly<Record<string, Break>> = { ...networkBreaks, ...deliveryBreaks };

export const faults: readonly Fault[] = texts.map((text) => {
  const apply = breaks[text.name];
  if (!apply) throw new Error(`faults.json has ${text.name}, which breaks nothing`);
  return { ...text, apply, isReleased: text.name in deliveryBreaks };
});

/** Opens the lab as it is now. */
export type OpenPlace = () => Place;
/** Waits so many milliseconds of AWS's time. */
export type Wait = (ms: number) => Promise<void>;

/** Health checks notice a change in less. */
const effectMs = 3 * 60_000;
/** A deployment that never has a healthy task ends after an hour. */
const longestMs = 150 * 60_000;

/** Applies a fault, releases if needed, and waits for its effects. */
export async function breakLab({ apply, isReleased }: Fault, open: OpenPlace, wait: Wait): Promise<Undo> {
  const undo = await apply(open());
  await settle(isReleased, open, wait);
  return async () => {
    await undo();
    await settle(isReleased, open, wait);
  };
}

/** Waits until health checks have noticed a change, and a release has ended or waits for somebody. */
async function settle(isReleased: boolean, open: OpenPlace, wait: Wait): Promise<void> {
  if (isReleased) await release(open(), "customer");
  await wait(effectMs);
  for (let passed = 0; isReleased && (await isDeploying(open())) && passed < longestMs; passed += effectMs)
    await wait(effectMs);
}

async function isDeploying({ lab: { account, roles } }: Place): Promise<boolean> {
  const active = services.map(async (service) => {
    const group = await hint(roles.deploymentGroup(service));
    const { applicationName = "", deploymentGroupName = "" } = group ?? {};
    const last = await hint(account.lastDeployment(applicationName, deploymentGroupName));
    return /^(Created|Queued|InProgress)$/.test(last?.status ?? "");
  });
  return (await Promise.all(active)).includes(true);
}
