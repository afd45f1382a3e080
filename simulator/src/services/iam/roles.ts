import type { CreateRoleCommandInput, Role as Description } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { addTags, removeTags } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { findAttachable } from "./policies.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  alreadyExists,
  deleteConflict,
  encodeDocument,
  findRole,
  type IamState,
  newId,
  page,
  type Role,
  readTags,
  refuseBadName,
  refuseBadPath,
  shownTags,
  unsupported,
  validationError,
} from "./state.ts";

/** Seconds of a role's session: the default, and the limits. Source: CreateRole, IAM API reference. */
const defaultSession = 3600;
const longestSession = 43_200;

export function roleOperations(state: IamState): Operations<"iam"> {
  return {
    createRole: (input) => {
      refuseUnsupported(unsupported, "CreateRole", input, [
        "RoleName Path AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags",
      ]);
      // The API reference's sample response has it for GetRole alone.
      const { MaxSessionDuration } = input;
      return { Role: { ...describe(addRole(state, input)), MaxSessionDuration } };
    },
    getRole: ({ RoleName }) => ({ Role: describe(findRole(state, RoleName)) }),
    listRoles: (input) => {
      refuseUnsupported(unsupported, "ListRoles", input, ["PathPrefix Marker MaxItems"]);
      const { PathPrefix = "/" } = input;
      const below = [...state.roles.values()].filter(({ facts }) => facts.Path?.startsWith(PathPrefix));
      const roles = below.sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...rest } = page(roles, input);
      // ListRoles leaves tags out (IAM API reference).
      return { Roles: items.map((role) => ({ ...describe(role), Tags: undefined })), ...rest };
    },
    updateRole: ({ RoleName, Description, MaxSessionDuration }) => {
      const { facts } = findRole(state, RoleName);
      refuseBadDuration(MaxSessionDuration);
      facts.Description = Description ?? facts.Description;
      facts.MaxSessionDuration = MaxSessionDuration ?? facts.MaxSessionDuration;
      return {};
    },
    updateAssumeRolePolicy: ({ RoleName, PolicyDocument = "" }) => {
      const role = findRole(state, RoleName);
      parsePolicyDocument(PolicyDocument, "trust");
      role.trustPolicy = PolicyDocument;
      return {};
    },
    putRolePermissionsBoundary: ({ RoleName, PermissionsBoundary }) => {
      findRole(state, RoleName).facts.PermissionsBoundary = boundary(state, PermissionsBoundary);
      return {};
    },
    deleteRolePermissionsBoundary: ({ RoleName }) => {
      findRole(state, RoleName).facts.PermissionsBoundary = undefined;
      return {};
    },
    deleteRole: ({ RoleName }) => {
      const role = findRole(state, RoleName);
      if (role.attachedPolicies.size > 0)
        throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (role.inlinePolicies.size > 0)
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      if ([...state.instanceProfiles.values()].some(({ roleName }) => roleName === role.name))
        throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
      state.roles.delete(role.name);
      return {};
    },
    tagRole: ({ RoleName, Tags }) => {
      const { tags } = findRole(state, RoleName);
      return addTags(tags, readTags(Tags, tags));
    },
    untagRole: ({ RoleName, TagKeys }) => removeTags(findRole(state, RoleName).tags, TagKeys),
  };
}

function addRole(state: IamState, input: CreateRoleCommandInput): Role {
  const { RoleName: name = "", Path: path = "/", AssumeRolePolicyDocument: trustPolicy = "" } = input;
  refuseBadName("role name", name, 64);
  refuseBadPath(path);
  refuseBadDuration(input.MaxSessionDuration);
  parsePolicyDocument(trustPolicy, "trust");
  if (state.roles.has(name)) throw alreadyExists(`Role with name ${name} already exists.`);
  const role: Role = {
    name,
    facts: {
      RoleName: name,
      Path: path,
      RoleId: newId("AROA"),
      Arn: `arn:aws:iam::${state.accountId}:role${path}${name}`,
      CreateDate: state.now(),
      AssumeRolePolicyDocument: undefined,
      Description: input.Description,
      MaxSessionDuration: input.MaxSessionDuration ?? defaultSession,
      PermissionsBoundary: boundary(state, input.PermissionsBoundary),
    },
    trustPolicy,
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
    tags: readTags(input.Tags),
  };
  state.roles.set(name, role);
  return role;
}

function boundary(state: IamState, arn: string | undefined): Description["PermissionsBoundary"] {
  if (!arn) return undefined;
  const PermissionsBoundaryArn = findAttachable(state, arn);
  return { PermissionsBoundaryType: "PermissionsBoundaryPolicy", PermissionsBoundaryArn };
}

export function describe({ facts, trustPolicy, tags }: Role): Description {
  return { ...facts, AssumeRolePolicyDocument: encodeDocument(trustPolicy), Tags: shownTags(tags) };
}

function refuseBadDuration(seconds = defaultSession): void {
  if (seconds < defaultSession || seconds > longestSession)
    throw validationError(
      `MaxSessionDuration must be between ${defaultSession} and ${longestSession} seconds, not ${seconds}.`,
    );
}

/** Role names by principal. Source: the "Using service-linked roles" page of each service's guide. */
const roleNames: Record<string, string> = {
  "ecs.amazonaws.com": "AWSServiceRoleForECS",
  "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
  "rds.amazonaws.com": "AWSServiceRoleForRDS",
  "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
};

export function serviceLinkedRoleOperations(state: IamState): Operations<"iam"> {
  return {
    createServiceLinkedRole: (input) => {
      refuseUnsupported(unsupported, "CreateServiceLinkedRole", input, ["AWSServiceName", "Description"]);
      const { AWSServiceName: service = "", Description } = input;
      const name = roleNames[service];
      if (name === undefined)
        throw new AwsError(
          unsupported,
          `The simulator knows no service-linked role of ${service}. Known: ${Object.keys(roleNames).join(", ")}.`,
        );
      if (state.roles.has(name))
        throw new AwsError(
          unsupported,
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      };
      const role = addRole(state, {
        RoleName: name,
        Path: `/aws-service-role/${service}/`,
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Description,
      });
      return { Role: describe(role) };
    },
  };
}
