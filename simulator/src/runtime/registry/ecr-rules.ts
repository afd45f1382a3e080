import { ecrAccess } from "./access.ts";
import { RegistryError } from "./registry-error.ts";
import type { RegistryRules } from "./rules.ts";

export const ecrRules: RegistryRules = {
  blobMounting: false,
  access: ({ tokens, gateway }) => ecrAccess(tokens, () => `${gateway.host}:${gateway.port}`),
  reword,
};

/** Rewords errors as ECR does for a manifest it refuses: chainguard-dev/apko#450, regclient/regclient#709. */
function reword(error: RegistryError): RegistryError {
  if (error.code !== "MANIFEST_INVALID") return error;
  const reason = error.message.replace(/^manifest invalid: /, "");
  const constraint = `Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${reason}'`;
  return new RegistryError("UNSUPPORTED", constraint);
}
