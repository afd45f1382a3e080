import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerInputs, ociInputs } from "./images/orders.ts";
import { prepareYard, type Setup } from "./images/setup.ts";
import { bundleService } from "./images/source.ts";
import { alternate, type Benchmark, type Measurement, median, withinBudget } from "./measurement.ts";

/**
 * Time that build-image takes for an unchanged source, and the bytes of the service's layer, compared with budgets.
 * `npm run bench:official` measures a changed source.
 */
const images: Benchmark = async () => {
  await using ends = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "bench-images-"));
  ends.defer(() => rm(folder, { recursive: true, force: true }));
  const setup = await prepareYard(folder, ends);
  return await measureUnchanged(setup);
};

export default images;

const layerBudgetMb = 0.5;

const runs = 7;
/**
 * Measured from the start of the action's process to its end. No other tool is involved, so the peer is the project's
 * budget.
 */
const budgetSeconds = 0.5;

/** Measures runs for a source that the registry already has: they build nothing and report the digest. */
async function measureUnchanged(setup: Setup): Promise<Measurement[]> {
  const inputs = { oci: ociInputs(setup, "unchanged"), docker: dockerInputs(setup, "unchanged") };
  await bundleService(setup.service);
  const { image } = await setup.buildImage(inputs.oci);
  await setup.buildImage(inputs.docker);
  const results = await alternate(runs, {
    oci: timing(setup, inputs.oci),
    docker: timing(setup, inputs.docker),
  });
  const times = Object.entries(results).map(([builder, seconds]) =>
    withinBudget(
      "images",
      `unchanged source to digest, builder ${builder}`,
      "s",
      median(seconds),
      budgetSeconds,
    ),
  );
  return [...times, await measureLayer(setup, image)];
}

/** Compressed size of the service's layers, as registries store and engines pull them, in MB of 10^6 bytes. */
async function measureLayer({ registry, base }: Setup, image: string): Promise<Measurement> {
  const baseLayers = await registry.readLayers(base);
  const layers = (await registry.readLayers(image)).slice(baseLayers.length);
  const megabytes = layers.reduce((sum, { size }) => sum + size, 0) / 1e6;
  return withinBudget("images", "application layer", "MB", megabytes, layerBudgetMb);
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
