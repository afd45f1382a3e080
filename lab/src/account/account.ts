import type { AccountClients } from "./clients.ts";
import type { Needs } from "./needs.ts";
import type { openStandIns } from "./stand-in.ts";

/** Collects lines for the summary. */
export interface Account {
  readonly clients: AccountClients;
  readonly needs: Needs;
  readonly made: string[];
  readonly notChecked: string[];
  readonly standIns: Awaited<ReturnType<typeof openStandIns>>;
}
