import type { RegistryContext } from "../../registry/ecr-login.ts";
import { readTagInputs } from "./inputs.ts";
import { tagImage } from "./tag-image.ts";

/** Tags with inputs as a workflow sets them. */
export function tag(image: string, tags: string, context: RegistryContext) {
  const inputs: Record<string, string> = { image, tags };
  return tagImage(
    readTagInputs((name) => inputs[name] ?? ""),
    context,
  );
}
