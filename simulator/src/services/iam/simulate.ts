import type { ContextEntry, EvaluationResult } from "@aws-sdk/client-iam";
import { studentArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { lastPart } from "../../kit/last-part.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { administrator } from "../../permissions/decide.ts";
import { compilePolicy, evaluate } from "../../permissions/evaluate.ts";
import { globalKeys, type Principal } from "../../permissions/global-keys.ts";
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
  { region, clock, permissions }: Pick<Environment, "region" | "clock" | "permissions">,
): Operations<"iam"> {
  const { userPolicy } = permissions.sources;
  return {
    simulatePrincipalPolicy: (input) => {
      const members = ["PolicySourceArn ActionNames ResourceArns ContextEntries MaxItems"];
      refuseUnsupported(unsupported, "SimulatePrincipalPolicy", input, members);
      const { PolicySourceArn = "", ActionNames = [], ResourceArns = ["*"], ContextEntries = [] } = input;
      const name = lastPart(PolicySourceArn);
      const role =
        PolicySourceArn === studentArn(state.accountId)
          ? { arn: PolicySourceArn, documents: [userPolicy], boundary: undefined }
          : (policiesOf(findRole(state, name).name) as RolePolicies);
      const isUnseen = role.documents.includes(userPolicy) && userPolicy !== administrator;
      const results = ActionNames.flatMap((action) =>
        ResourceArns.map((resource) => {
          const global = { arn: role.arn, accountId: state.accountId, region, now: () => clock.now() };
          const result = simulate(role, { action, resource }, global, ContextEntries);
          // The allowances of a limited account's user are not checked.
          if (!isUnseen || result.EvalDecision !== "allowed") return result;
          const MissingContextValues = [`the policies of ${role.arn}`];
          return { ...result, EvalDecision: "implicitDeny" as const, MissingContextValues };
        }),
      );
      return { EvaluationResults: results, IsTruncated: false };
    },
  };
}

function simulate(
  { arn, documents, boundary }: Pick<RolePolicies, "arn" | "documents" | "boundary">,
  request: { readonly action: string; readonly resource: string },
  principal: Principal,
  entries: readonly ContextEntry[],
): EvaluationResult {
  const { action: EvalActionName, resource: EvalResourceName } = request;
  const global = globalKeys({ ...principal, roleArn: arn });
  const given = (key: string) =>
    entries.find(({ ContextKeyName = "" }) => ContextKeyName.toLowerCase() === key.toLowerCase())
      ?.ContextKeyValues;
  const policies = {
    identity: documents.flatMap(compilePolicy),
    boundary: boundary === undefined ? undefined : compilePolicy(boundary),
  };
  const keys = (key: string) => given(key) ?? global(key);
  const found = evaluate(policies, request, { ...principal, roleArn: arn, keys });
  if (found.outcome === "allowed")
    return { EvalActionName, EvalResourceName, EvalDecision: "allowed", MatchedStatements: [] };
  const isExplicit = found.outcome === "denied" && found.because.startsWith("with an explicit deny");
  return {
    EvalActionName,
    EvalResourceName,
    EvalDecision: isExplicit ? "explicitDeny" : "implicitDeny",
    MatchedStatements: [],
    ...(boundary && {
      PermissionsBoundaryDecisionDetail: {
        AllowedByPermissionsBoundary: !("because" in found && found.because.includes("permissions boundary")),
      },
    }),
    MissingContextValues: found.outcome === "not checked" ? [found.part] : [],
  };
}
