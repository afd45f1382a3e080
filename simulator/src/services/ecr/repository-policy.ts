import { compileWildcard } from "../../kit/wildcard.ts";

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
}

/**
 * Returns whether a repository's policy allows another account an action (`ecr:BatchGetImage`). Conditions are not
 * evaluated: a statement with a condition allows nothing here. Source: ECR user guide, "Private repository policies in
 * Amazon ECR".
 */
export function policyAllows(policyText: string | undefined, accountId: string, action: string): boolean {
  if (policyText === undefined) return false;
  const { Statement } = JSON.parse(policyText) as { Statement: Statement | Statement[] };
  const matching = [Statement].flat().filter((statement) => {
    return !("Condition" in statement) && concerns(statement, accountId) && covers(statement, action);
  });
  const has = (effect: string) => matching.some(({ Effect }) => Effect === effect);
  return has("Allow") && !has("Deny");
}

function concerns({ Principal }: Statement, accountId: string): boolean {
  const principals = texts(typeof Principal === "object" ? (Principal as { AWS?: unknown })?.AWS : Principal);
  return principals.some(
    (principal) =>
      principal === "*" || principal === accountId || principal === `arn:aws:iam::${accountId}:root`,
  );
}

function covers({ Action }: Statement, action: string): boolean {
  return texts(Action).some((pattern) => compileWildcard(pattern, { ignoreCase: true })(action));
}

function texts(value: unknown): string[] {
  return [value].flat().filter((each) => typeof each === "string");
}
