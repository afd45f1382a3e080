import { type LoadGenerator, type LoadLevel, startLoad } from "./load-generator.ts";

/** Commands to the load generator's process; it responds to `{ stop }` with its counts. */
export type LoadOrder =
  | { start: { addresses: string[]; level: LoadLevel } }
  | { phase: string; level: LoadLevel | undefined }
  | { stop: true };

let load: LoadGenerator | undefined;
process.on("message", async (order: LoadOrder) => {
  if ("start" in order) load = startLoad(order.start.addresses, order.start.level);
  if ("phase" in order) load?.beginPhase(order.phase, order.level);
  if ("stop" in order) process.send?.((await load?.stop()) ?? []);
});
// Without its parent, no process reads the counts. A terminal's Ctrl-C reaches the whole group: the parent decides.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
