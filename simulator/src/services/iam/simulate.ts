import type { ContextEntry, EvaluationResult } from "@aws-sdk/client-iam";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { compilePolicy, evaluate } from "../../permissions/evaluate.ts";
import { globalKeys } from "../../permissions/global-keys.ts";
import type { RolePolicies } from "../../permissions/permissions.ts";
import type { Operations } from "../api.ts";
import { findRole, type IamState, unsupported } from "./state.ts";

/**
 * Decides requests from the policies of a role, without those of resources. A decision that depends on what is not known
 * here is denied, with the part as a missing context value. Source: SimulatePrincipalPolicy, IAM API reference.
 */
export function simulateOperations(
  state: IamState,
  policiesOf: (name: string) => RolePolicies | undefined,
): Operations<"iam"> {
  return {
    simulatePrincipalPolicy: (input) => {
      const members = ["PolicySourceArn ActionNames ResourceArns ContextEntries MaxItems"];
      refuseUnsupported(unsupported, "SimulatePrincipalPolicy", input, members);
      const { PolicySourceArn = "", ActionNames = [], ResourceArns = ["*"], ContextEntries = [] } = input;
      const { name } = findRole(state, PolicySourceArn.slice(PolicySourceArn.lastIndexOf("/") + 1));
      const role = policiesOf(name) as RolePolicies;
      const results = ActionNames.flatMap((action) =>
        ResourceArns.map((resource) => simulate(role, { action, resource }, ContextEntries)),
      );
      return { EvaluationResults: results, IsTruncated: false };
    },
  };
}

function simulate(
  { arn, documents, boundary }: RolePolicies,
  request: { readonly action: string; readonly resource: string },
  entries: readonly ContextEntry[],
): EvaluationResult {
  const { action: EvalActionName, resource: EvalResourceName } = request;
  const accountId = arn.split(":")[4] ?? "";
  const global = globalKeys({ arn, roleArn: arn, accountId, region: "us-east-1", now: () => new Date() });
  const given = (key: string) =>
    entries.find(({ ContextKeyName = "" }) => ContextKeyName.toLowerCase() === key.toLowerCase())
      ?.ContextKeyValues;
  const policies = {
    identity: documents.flatMap(compilePolicy),
    boundary: boundary === undefined ? undefined : compilePolicy(boundary),
  };
  const keys = (key: string) => given(key) ?? global(key);
  const found = evaluate(policies, request, { arn, accountId, roleArn: arn, keys });
  if (found.outcome === "allowed")
    return { EvalActionName, EvalResourceName, EvalDecision: "allowed", MatchedStatements: [] };
  const isExplicit = found.outcome === "denied" && found.because.startsWith("with an explicit deny");
  return {
    EvalActionName,
    EvalResourceName,
    EvalDecision: isExplicit ? "explicitDeny" : "implicitDeny",
    MatchedStatements: [],
    MissingContextValues: found.outcome === "not checked" ? [found.part] : [],
  };
}
