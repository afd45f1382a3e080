import type { Environment } from "../environment.ts";
import { AwsError } from "../kit/errors.ts";
import { methodName } from "../kit/operation-names.ts";
import type { Caller, Handler, ServiceName } from "../services/api.ts";
import { prepareAcademy } from "./prepare-academy.ts";

/** A new account with only a default VPC and all permissions; or the restricted one of AWS Academy's lab. */
export const accountKinds = ["standard", "academy"] as const;

export type AccountKind = (typeof accountKinds)[number];

/** Fills an account of that kind with its initial resources, then removes denied permissions. */
export async function openAccount(
  kind: AccountKind,
  environment: Environment,
  services: DeniedOperations,
): Promise<void> {
  if (kind === "standard") {
    await environment.aws.ec2.createDefaultVpc({});
    return;
  }
  await prepareAcademy(environment);
  denyOperations(services, environment, [
    ["iam", "CreateRole"],
    ["iam", "CreateOpenIDConnectProvider"],
    ["s3", "PutBucketVersioning"],
  ]);
}

type DeniedOperations = Record<ServiceName, { readonly operations: object }>;

/** Denies operations to every caller, including CloudFormation, which acts for its caller. */
function denyOperations(
  services: DeniedOperations,
  environment: Environment,
  denied: readonly (readonly [service: ServiceName, operation: string])[],
): void {
  for (const [service, operation] of denied) {
    const method = methodName(operation);
    const refuse: Handler = async (input, caller) => {
      const resource = resourceOf(environment, input);
      throw await accessDenied(services, caller, `${service}:${operation}`, resource);
    };
    Object.assign(services[service].operations, { [method]: refuse });
  }
}

async function accessDenied(
  { sts }: DeniedOperations,
  caller: Caller,
  action: string,
  resource: string,
): Promise<AwsError> {
  const { getCallerIdentity } = sts.operations as { getCallerIdentity: Handler };
  const { Arn } = (await getCallerIdentity({}, caller)) as { Arn?: string };
  return new AwsError(
    "AccessDenied",
    `User: ${Arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    403,
  );
}

/** Returns the resource as in the service's own messages. */
function resourceOf({ accountId }: Environment, input: object): string {
  const { RoleName, Url, Bucket } = input as { RoleName?: string; Url?: string; Bucket?: string };
  if (Bucket !== undefined) return `"arn:aws:s3:::${Bucket}"`;
  if (RoleName !== undefined) return `arn:aws:iam::${accountId}:role/${RoleName}`;
  if (Url !== undefined) return `arn:aws:iam::${accountId}:oidc-provider/${Url.replace(/^https?:\/\//, "")}`;
  return "*";
}
