import { studentArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { lastPart } from "../../kit/last-part.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { parsePolicyDocument, type Statement } from "../iam/policy-document.ts";
import { find, invalidParameter, type Secret, type SecretsState } from "./state.ts";

/** Length of ResourcePolicy in characters. Source: PutResourcePolicy, API reference. */
const mostCharacters = 20_480;

/** Operations for the policy of a secret, which the decisions about callers read. */
export function policyOperations(
  state: SecretsState,
  { accountId, permissions }: Pick<Environment, "accountId" | "permissions">,
): Operations<"secretsmanager"> {
  const { sources } = permissions;
  sources.resources.set(
    "secretsmanager",
    (arn) => [...state.secrets.values()].find((secret) => secret.arn === arn)?.policy,
  );
  const exists = (principal: string) => {
    const owner = /^arn:aws:iam::(\d{12}):(?:role|user)\//.exec(principal)?.[1];
    if (owner !== accountId || principal === studentArn(accountId)) return true;
    return sources.role?.(lastPart(principal))?.arn === principal;
  };
  const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });

  return {
    putResourcePolicy: (input) => {
      refuseUnsupported("InvalidParameterException", "PutResourcePolicy", input, [
        "SecretId ResourcePolicy BlockPublicPolicy",
      ]);
      const secret = find(state, input.SecretId);
      const text = input.ResourcePolicy ?? "";
      if (text.length === 0 || text.length > mostCharacters)
        throw invalidParameter(`ResourcePolicy must have 1 to ${mostCharacters} characters.`);
      const statements = readPolicy(text);
      if (!statements.flatMap(principalsOf).every(exists))
        throw malformed("This resource policy contains an unsupported principal.");
      if (input.BlockPublicPolicy) refuseBroadAccess(statements);
      secret.policy = text;
      return named(secret);
    },
    getResourcePolicy: ({ SecretId }) => {
      const secret = find(state, SecretId);
      return { ...named(secret), ResourcePolicy: secret.policy };
    },
    deleteResourcePolicy: ({ SecretId }) => {
      const secret = find(state, SecretId);
      delete secret.policy;
      return named(secret);
    },
  };
}

/** Messages: "Attach a permissions policy to a secret", Secrets Manager user guide; the place of an error is added. */
const malformed = (message: string) => new AwsError("MalformedPolicyDocumentException", message);

function readPolicy(text: string): readonly Statement[] {
  try {
    return parsePolicyDocument(text, "resource");
  } catch (error) {
    throw malformed(`This resource policy contains a syntax error. ${(error as Error).message}`);
  }
}

function principalsOf({ Principal }: Statement): string[] {
  return Principal === "*" ? ["*"] : [(Principal as { AWS?: string | string[] }).AWS ?? []].flat();
}

/** AWS decides about conditions by automated reasoning, so only a statement without one is certain to be broad. */
function refuseBroadAccess(statements: readonly Statement[]): void {
  const broad = statements.filter((each) => each.Effect === "Allow" && principalsOf(each).includes("*"));
  if (broad.some(({ Condition }) => Condition === undefined))
    throw new AwsError(
      "PublicPolicyException",
      "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.",
    );
  if (broad.length > 0)
    throw invalidParameter(
      'The simulator does not decide whether a Condition limits the Principal "*", which BlockPublicPolicy requires.',
    );
}
