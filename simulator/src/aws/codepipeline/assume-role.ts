import type { Aws } from "../api.ts";
import { findTrustingRole } from "../sts/trust.ts";

/** Throws what `refusal` makes of CodePipeline's words unless it may act in the role, whose permissions are not looked at. */
export async function assumePipelineRole(
  aws: Aws,
  roleArn: string,
  refusal: (message: string) => Error,
): Promise<void> {
  await findTrustingRole(
    aws,
    roleArn,
    "sts:AssumeRole",
    (type, principal) => type === "Service" && principal === "codepipeline.amazonaws.com",
  ).catch(() => {
    throw refusal(`CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`);
  });
}
