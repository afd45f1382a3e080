import { systemClock } from "@ecs-delivery/actions/core/pace";
import { openPageClients, startPage } from "@ecs-delivery/live/page";
import { checkTab } from "../page/check-tab.ts";
import { operateTab } from "../page/operate-tab.ts";
import { createOperations } from "../page/operations.ts";
import { pageOf } from "../page/own-pages.ts";
import { runsTab } from "../page/runs-tab.ts";
import type { Lab, Workflows } from "./lab-workflows.ts";
import type { Visitors } from "./load.ts";
import type { Progress } from "./progress.ts";
import { type AwsClients, credentialsOf } from "./simulator-process.ts";

interface Shown extends Lab, Pick<Workflows, "records" | "variables" | "main" | "startManually"> {
  readonly aws: AwsClients;
  readonly timeScale: number;
  readonly visitors: Visitors;
}

/** Serves the live page of the rehearsal's account. Prints and returns its address. `ends` closes it. */
export async function showLivePage(
  { simulator, options, repository, addresses, pushes, place, aws, timeScale, visitors, ...workflows }: Shown,
  progress: Progress,
  ends: AsyncDisposableStack,
): Promise<string> {
  const { endpoint, region, keys } = simulator;
  const account = { endpoint, region, credentials: credentialsOf(keys) };
  const { records, variables, main, startManually } = workflows;
  const operations = createOperations({
    ...{ aws, main, visitors, startManually, gitDirectory: repository.gitDirectory, say: progress.say },
    exercises: {
      list: `${addresses.production}/suppliers`,
      push: (release) => pushes.push(repository, variables, release),
    },
  });
  const check = checkTab(async function* () {
    // Few users need it, and it has many clients.
    const { checkPhases } = await import("../page/check-phases.ts");
    yield* checkPhases({ account, repository: place.project, site: addresses.production });
  });
  const page = await startPage({
    ...{ clients: openPageClients(account), region, clock: systemClock, timeScale, pageOf },
    port: options.pagePort,
    callsPerMinute: 2_000,
    // The unattended story checks its own changes, and no others.
    extensions: [runsTab(records), check, ...(options.once ? [] : [operateTab(operations)])],
  });
  ends.defer(page.close);
  simulator.showPage(page.address);
  progress.say(`  watch it in a browser: ${page.operatorAddress}`);
  return page.operatorAddress;
}
