import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { bundleAction } from "../../scripts/bundle-action.ts";
import { runAction } from "../official/run-action.ts";

export interface BuiltImage {
  /** `<repository URI>@sha256:…` */
  readonly image: string;
  readonly built: boolean;
  readonly log: string;
}

/** Runs build-image as a step of a job does; rejects with its error annotation. */
export type BuildImage = (inputs: Readonly<Record<string, string>>) => Promise<BuiltImage>;

/** Bundles the action from the current sources, which equals its `dist` after the next build. */
export async function bundleBuildImage(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<BuildImage> {
  const bundle = await mkdtemp(join(folder, "bundle-"));
  await bundleAction("build-image", bundle);
  return async (inputs) => {
    const { green, annotation, outputs, log } = await runAction({
      bundle: join(bundle, "index.js"),
      inputs,
      environment: { ...environment, HOME: folder, TMPDIR: folder },
      folder,
    });
    if (!green) throw new Error(`build-image failed: ${annotation}\n${log}`);
    return { image: outputs.get("image") ?? "", built: outputs.get("built") === "true", log };
  };
}
