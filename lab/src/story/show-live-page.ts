import { systemClock } from "../../../actions/core/pace.ts";
import { openPageClients, type PageExtension, startPage } from "../../../live/src/page.ts";
import { pageOf } from "../page/own-pages.ts";
import type { Progress } from "./progress.ts";
import { credentialsOf, type SimulatorProcess } from "./simulator-process.ts";

interface LivePageOptions {
  readonly simulator: SimulatorProcess;
  readonly port: number;
  readonly timeScale: number;
  readonly extensions: readonly PageExtension[];
}

/** Serves the live page of the rehearsal's account. Prints and returns its address. `ends` closes it. */
export async function showLivePage(
  { simulator, port, timeScale, extensions }: LivePageOptions,
  progress: Progress,
  ends: AsyncDisposableStack,
): Promise<string> {
  const { endpoint, region, keys } = simulator;
  const clients = openPageClients({ endpoint, region, credentials: credentialsOf(keys) });
  const page = await startPage({
    clients,
    region,
    port,
    clock: systemClock,
    timeScale,
    callsPerMinute: 2_000,
    extensions,
    pageOf,
  });
  ends.defer(page.close);
  simulator.showPage(page.address);
  progress.say(`  watch it in a browser: ${page.operatorAddress}`);
  return page.operatorAddress;
}
