import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareChanged } from "./images/changed-source.ts";
import { dockerInputs, imageOf, inTurn, ociInputs } from "./images/orders.ts";
import type { Layer } from "./images/registry.ts";
import { prepareYard, type Setup } from "./images/setup.ts";
import { type Benchmark, type Goal, type Measurement, measure, median } from "./measurement.ts";

/**
 * Time from a changed line to the image in the registry, and bytes pushed: the action compared with Docker's commands.
 */
const images: Benchmark = async () => {
  await using ends = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "bench-images-"));
  ends.defer(() => rm(folder, { recursive: true, force: true }));
  const setup = await prepareYard(folder, ends);
  return [
    ...(await compareChanged(setup)),
    ...(await measureUnchanged(setup)),
    ...(await compareSizes(setup)),
  ];
};

export default images;

const layerBudgetMb = 0.5;

/** Compressed sizes, as registries store and engines pull them, in MB of 10^6 bytes. All sides share the same base. */
async function compareSizes({ registry, base }: Setup): Promise<Measurement[]> {
  const baseLayers = await registry.readLayers(base);
  // Skips the base's layers by count, since Docker compresses the base again when it pushes.
  const read = async (image: string) => {
    const layers = await registry.readLayers(image);
    return { whole: megabytes(layers), application: megabytes(layers.slice(baseLayers.length)) };
  };
  const ours = await read(imageOf("oci", 0));
  const labKind = await read(imageOf("lab-kind", 0));
  const row = (metric: string, value: number, peer: Measurement["peer"], goal: Goal) =>
    measure({ name: "images", metric, unit: "MB", better: "lower", ours: value, peer, goal });
  const byLabKind = (value: number) => ({ name: "Dockerfile of the lab's kind", value });
  return [
    row(
      "application layer",
      ours.application,
      { name: "budget", value: layerBudgetMb },
      `≤ ${layerBudgetMb} MB`,
    ),
    row("application layer", ours.application, byLabKind(labKind.application), ""),
    row("whole image", ours.whole, byLabKind(labKind.whole), ""),
    row(
      "whole image",
      ours.whole,
      { name: "its base alone, Node and npm", value: megabytes(baseLayers) },
      "",
    ),
  ];
}

function megabytes(layers: readonly Layer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0) / 1e6;
}

const runs = 7;
/**
 * Measured from the start of the action's process to its end. No other tool is involved, so the peer is the project's
 * budget.
 */
const budgetSeconds = 0.5;

/** Measures a run for a source that the registry already has: it builds nothing and reports the digest. */
async function measureUnchanged(setup: Setup): Promise<Measurement[]> {
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
