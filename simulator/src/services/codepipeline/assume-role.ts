import type { Aws } from "../api.ts";
import { findTrustingRole } from "../sts/trust.ts";

/**
 * Throws the error that `refusal` makes of CodePipeline's message unless CodePipeline may assume the role, whose
 * permissions are not checked.
 */
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
