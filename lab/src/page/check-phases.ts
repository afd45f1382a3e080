import { checkLab } from "@ecs-delivery/actions/check-lab/src/check";
import { waysOf } from "@ecs-delivery/actions/check-lab/src/item";
import {
  createReadPage,
  type LabOptions,
  openLab,
  type ReadPage,
  readAccount,
} from "@ecs-delivery/actions/check-lab/src/lab";
import { phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import type { Report } from "@ecs-delivery/actions/check-lab/src/report";
import { openCheckout } from "@ecs-delivery/actions/check-lab/src/sources";
import { explanation } from "@ecs-delivery/actions/check-lab/src/summary";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import type { CheckedPhase } from "./check-tab.ts";

interface CheckedLab extends Pick<LabOptions, "site"> {
  readonly account: Parameters<typeof readAccount>[0];
  /** Folder of the Git repository. */
  readonly repository: string;
  /** Address of the program of MonolithicAppServer. The folder of its lab has a remote from the beginning. */
  readonly monolith?: string;
}

/** Runs check-lab on a lab whose visitors are on this machine. */
export function checkAccount(
  { account, repository, site, monolith }: CheckedLab,
  signal: AbortSignal,
  onItem: (done: number, of: number) => void = () => {},
): Promise<Report> {
  const checkout = openCheckout(repository);
  const readPage = createReadPage();
  const lab = openLab({
    ...{ account: readAccount(account), site, browserAddress: "127.0.0.1" },
    // Only what CodeCommit has was pushed.
    checkout: monolith ? { ...checkout, remotes: async () => [] } : checkout,
    readPage: monolith ? withMonolith(readPage, monolith) : readPage,
  });
  // At once, since an item may wait for one of another phase.
  return checkLab(lab, { weights, student: "this lab", phases, now: Date.now, signal, onItem });
}

/** The public address of an instance, in the range of the simulated EC2, has the monolith's pages. */
const withMonolith =
  (read: ReadPage, monolith: string): ReadPage =>
  async (address, request) => {
    const { hostname, pathname, search } = new URL(address);
    if (!hostname.startsWith("198.51.100.")) return read(address, request);
    return { ...(await read(`${monolith}${pathname}${search}`, request)), address };
  };

/** Yields each phase with what its page shows. */
export async function* checkPhases(checked: CheckedLab): AsyncGenerator<CheckedPhase> {
  const report = await checkAccount(checked, new AbortController().signal);
  for (const { phase: number, title, score, items } of report.phases) {
    const shown = items.map((item) => {
      const { id, title, status, fix } = item;
      return { id, title, status, evidence: explanation(item), fixes: waysOf(fix, "all") };
    });
    yield { phase: number, title, score, items: shown };
  }
}
