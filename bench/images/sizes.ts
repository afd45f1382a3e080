import { type Measurement, measure } from "../measurement.ts";
import { imageOf } from "./orders.ts";
import type { Layer } from "./registry.ts";
import type { Setup } from "./setup.ts";

const layerBudgetMb = 0.5;

/** Compressed sizes, as registries store and engines pull them, in MB of 10^6 bytes. All sides share the same base. */
export async function compareSizes({ registry, base }: Setup): Promise<Measurement[]> {
  const baseLayers = await registry.readLayers(base);
  // Skips the base's layers by count, since Docker compresses the base again when it pushes.
  const read = async (image: string) => {
    const layers = await registry.readLayers(image);
    return { whole: megabytes(layers), application: megabytes(layers.slice(baseLayers.length)) };
  };
  const ours = await read(imageOf("oci", 0));
  const labKind = await read(imageOf("lab-kind", 0));
  const row = (metric: string, value: number, peer: Measurement["peer"], goal: string) =>
    measure({ name: "images", metric, unit: "MB", better: "lower", ours: value, peer, goal });
  const byLabKind = (value: number) => ({ name: "Dockerfile of the lab's kind", value });
  return [
    row(
      "application layer",
      ours.application,
      { name: "budget", value: layerBudgetMb },
      `≤ ${layerBudgetMb} MB`,
    ),
    row("application layer", ours.application, byLabKind(labKind.application), "reported"),
    row("whole image", ours.whole, byLabKind(labKind.whole), "reported"),
    row(
      "whole image",
      ours.whole,
      { name: "its base alone, Node and npm", value: megabytes(baseLayers) },
      "reported",
    ),
  ];
}

function megabytes(layers: readonly Layer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0) / 1e6;
}
