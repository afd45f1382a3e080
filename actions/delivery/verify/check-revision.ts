import type { Finding } from "../../shared/findings.ts";
import type { Checking } from "./checking.ts";
import { checkImages } from "./images.ts";
import { checkLogGroups } from "./log-groups.ts";
import { checkRoles } from "./roles.ts";
import { checkSecrets } from "./secrets.ts";

/** Checks in parallel everything that a task needs to start. */
export async function checkRevision(checking: Checking): Promise<Finding[]> {
  const checks = [checkImages, checkRoles, checkLogGroups, checkSecrets];
  return (await Promise.all(checks.map((check) => check(checking)))).flat();
}
