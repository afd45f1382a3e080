import { type Measurement, measure, median } from "../measurement.ts";
import { inTurn } from "./in-turn.ts";
import { dockerInputs, ociInputs } from "./orders.ts";
import type { Setup } from "./setup.ts";

const runs = 7;
/**
 * Measured from the start of the action's process to its end. No other tool is involved, so the peer is the project's
 * budget.
 */
const budgetSeconds = 0.5;

/** Measures a run for a source that the registry already has: it builds nothing and reports the digest. */
export async function measureUnchanged(setup: Setup): Promise<Measurement[]> {
  const inputs = { oci: ociInputs(setup, "unchanged"), docker: dockerInputs(setup, "unchanged") };
  for (const each of Object.values(inputs)) await setup.buildImage(each);
  const results = await inTurn(runs, {
    oci: timing(setup, inputs.oci),
    docker: timing(setup, inputs.docker),
  });
  return Object.entries(results).map(([builder, seconds]) =>
    measure({
      name: "images",
      metric: `unchanged source to digest, builder ${builder}`,
      unit: "s",
      better: "lower",
      ours: median(seconds),
      peer: { name: "budget", value: budgetSeconds },
      goal: `≤ ${budgetSeconds} s`,
    }),
  );
}

function timing({ buildImage }: Setup, inputs: Record<string, string>): () => Promise<number> {
  return async () => {
    const started = performance.now();
    const { built } = await buildImage(inputs);
    const seconds = (performance.now() - started) / 1000;
    if (built) throw new Error(`builder ${inputs.builder ?? "oci"} built a source that the registry had`);
    return seconds;
  };
}
