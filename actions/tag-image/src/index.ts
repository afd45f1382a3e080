import { createRegistryWorld } from "../../shared/registry/registry-world.ts";
import { runAction } from "../../shared/run.ts";
import { readTagInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { tagImage } from "./tag-image.ts";

await runAction(async (signal) => {
  await publish(await tagImage(readTagInputs(), createRegistryWorld(signal)));
});
