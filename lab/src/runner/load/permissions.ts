import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { evaluateToken, toText } from "../expressions/evaluate.ts";
import { isMapping } from "../expressions/github-parser.ts";

/** Level by permission; `all` for `read-all` and `write-all`. */
export type Permissions = Record<string, string>;

// The default of a new repository: https://docs.github.com/actions/reference/security/securely-using-the-github_token
export const defaultPermissions: Permissions = { contents: "read", packages: "read" };

/** Permissions of a workflow or job; what is not named in a mapping is not granted. */
export function readPermissions(
  token: TemplateToken | undefined,
  inherited: Permissions = defaultPermissions,
): Permissions {
  if (!token) return inherited;
  const value = evaluateToken(token, { contexts: {} });
  if (!isMapping(token)) return { all: toText(value) };
  return Object.fromEntries(Object.entries(value as object).map(([name, level]) => [name, toText(level)]));
}

/** Returns `none`, `read` or `write`. */
export function permissionLevel(permissions: Permissions, name: string): string {
  return permissions[name] ?? permissions.all?.replace("-all", "") ?? "none";
}
