import { checkLab } from "@ecs-delivery/actions/check-lab/src/check";
import { waysOf } from "@ecs-delivery/actions/check-lab/src/item";
import {
  createReadPage,
  type LabOptions,
  openLab,
  readAccount,
} from "@ecs-delivery/actions/check-lab/src/lab";
import { phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import { openCheckout } from "@ecs-delivery/actions/check-lab/src/sources";
import { explanation } from "@ecs-delivery/actions/check-lab/src/summary";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import type { CheckedPhase } from "./check-tab.ts";

interface CheckedLab extends Pick<LabOptions, "site"> {
  readonly account: Parameters<typeof readAccount>[0];
  /** Folder of the Git repository. */
  readonly repository: string;
}

/** Runs check-lab's phases on a lab whose visitors are on this machine. */
export async function* checkPhases({ account, repository, site }: CheckedLab): AsyncGenerator<CheckedPhase> {
  const lab = openLab({
    ...{ account: readAccount(account), site, browserAddress: "127.0.0.1" },
    checkout: openCheckout(repository),
    readPage: createReadPage(),
  });
  const settings = { weights, student: "this lab", now: Date.now, signal: new AbortController().signal };
  // At once, since an item may wait for one of another phase.
  const report = await checkLab(lab, { ...settings, phases });
  for (const { phase: number, title, score, items } of report.phases) {
    const shown = items.map((item) => {
      const { id, title, status, fix } = item;
      return { id, title, status, evidence: explanation(item), fixes: waysOf(fix, "all") };
    });
    yield { phase: number, title, score, items: shown };
  }
}
