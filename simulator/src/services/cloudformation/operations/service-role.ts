import { findTrustingRole } from "../../sts/trust.ts";
import type { CloudFormationState, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";

/**
 * Throws unless CloudFormation may assume the role, whose permissions are not checked. A stack keeps the role that it
 * was last given.
 */
export async function takeServiceRole(
  { environment }: CloudFormationState,
  stack: StackRecord,
  roleArn: string | undefined,
): Promise<void> {
  if (roleArn === undefined) return;
  const trusts = (type: string, principal: string) =>
    type === "Service" && principal === "cloudformation.amazonaws.com";
  await findTrustingRole(environment.aws, roleArn, "sts:AssumeRole", trusts).catch(() => {
    throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  });
  stack.roleArn = roleArn;
}
