import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareChanged } from "./images/changed-source.ts";
import { prepareYard } from "./images/setup.ts";
import { compareSizes } from "./images/sizes.ts";
import { measureUnchanged } from "./images/unchanged-source.ts";
import type { Benchmark } from "./measurement.ts";

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
