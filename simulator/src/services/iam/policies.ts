import type { Operations } from "../api.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import { encodeDocument, findRole, type IamState, noSuchEntity, page, refuseBadName } from "./state.ts";

/**
 * AWS managed policies that deployments to ECS attach to roles, without `arn:aws:iam::aws:policy/`. Source: AWS managed
 * policy reference guide. Their documents are not stored: the simulator evaluates no permissions.
 */
const awsManagedPolicies: ReadonlySet<string> = new Set([
  "AdministratorAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "AmazonEC2ContainerRegistryFullAccess",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEC2FullAccess",
  "AmazonEC2ReadOnlyAccess",
  "AmazonS3FullAccess",
  "AmazonS3ReadOnlyAccess",
  "AmazonSSMManagedInstanceCore",
  "AmazonRDSFullAccess",
  "AmazonECS_FullAccess",
  "AWSCloudFormationFullAccess",
  "AWSCloudFormationReadOnlyAccess",
  "AWSCodeDeployRoleForECS",
  "AWSCodeDeployRoleForECSLimited",
  "AWSCodeDeployFullAccess",
  "AWSCodeCommitFullAccess",
  "AWSCodeCommitPowerUser",
  "AWSCodeCommitReadOnly",
  "AWSCodePipeline_FullAccess",
  "AWSCodePipeline_ReadOnlyAccess",
  "AWSCloud9Administrator",
  "AWSCloud9SSMInstanceProfile",
  "CloudWatchAgentServerPolicy",
  "CloudWatchFullAccess",
  "AmazonEventBridgeFullAccess",
  "IAMFullAccess",
  "CloudWatchLogsFullAccess",
  "ElasticLoadBalancingFullAccess",
  "SecretsManagerReadWrite",
  "service-role/AmazonECSTaskExecutionRolePolicy",
  "service-role/AmazonECSInfrastructureRolePolicyForLoadBalancers",
  "service-role/AWSCodeDeployRole",
  "service-role/AWSCodeDeployRoleForLambda",
  "service-role/AWSLambdaBasicExecutionRole",
  "service-role/AmazonRDSEnhancedMonitoringRole",
]);

const awsPrefix = "arn:aws:iam::aws:policy/";

/** Returns the ARN of one of AWS's own policies: the simulator stores no others. */
function findAttachable(arn: string): string {
  if (arn.startsWith(awsPrefix) && awsManagedPolicies.has(arn.slice(awsPrefix.length))) return arn;
  throw noSuchEntity(
    `Policy ${arn} does not exist or is not attachable. Policies of AWS known to the simulator: ${[...awsManagedPolicies].join(", ")}.`,
  );
}

/** Policies of a role: inline ones, and attached managed ones. */
export function rolePolicyOperations(state: IamState): Operations<"iam"> {
  return {
    putRolePolicy: ({ RoleName, PolicyName = "", PolicyDocument = "" }) => {
      const role = findRole(state, RoleName);
      refuseBadName("policy name", PolicyName, 128);
      parsePolicyDocument(PolicyDocument, "permissions");
      role.inlinePolicies.set(PolicyName, PolicyDocument);
      return {};
    },
    getRolePolicy: ({ RoleName, PolicyName = "" }) => {
      const document = findRole(state, RoleName).inlinePolicies.get(PolicyName);
      if (document === undefined) throw noInlinePolicy(PolicyName);
      return { RoleName, PolicyName, PolicyDocument: encodeDocument(document) };
    },
    deleteRolePolicy: ({ RoleName, PolicyName = "" }) => {
      if (!findRole(state, RoleName).inlinePolicies.delete(PolicyName)) throw noInlinePolicy(PolicyName);
      return {};
    },
    listRolePolicies: (input) => {
      const names = [...findRole(state, input.RoleName).inlinePolicies.keys()].sort();
      const { items: PolicyNames, ...rest } = page(names, input);
      return { PolicyNames, ...rest };
    },
    attachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      const role = findRole(state, RoleName);
      role.attachedPolicies.add(findAttachable(PolicyArn));
      return {};
    },
    detachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      if (!findRole(state, RoleName).attachedPolicies.delete(PolicyArn))
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
      return {};
    },
    listAttachedRolePolicies: (input) => {
      const attached = [...findRole(state, input.RoleName).attachedPolicies]
        .map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf("/") + 1) }))
        .filter(({ PolicyArn }) =>
          PolicyArn.slice(PolicyArn.indexOf(":policy/") + ":policy".length).startsWith(
            input.PathPrefix ?? "/",
          ),
        );
      const { items: AttachedPolicies, ...rest } = page(attached, input);
      return { AttachedPolicies, ...rest };
    },
  };
}

function noInlinePolicy(name: string) {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`);
}
