import type { Role as Description } from "@aws-sdk/client-iam";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { page } from "./page.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  alreadyExists,
  deleteConflict,
  encodeDocument,
  findRole,
  type IamState,
  newId,
  type Role,
  refuseBadName,
  refuseBadPath,
  unsupported,
  validationError,
} from "./state.ts";
import { fromTags, tagAll, toTags, untagAll } from "./tags.ts";

/** Seconds of a role's session: the default, and the limits. Source: CreateRole, IAM API reference. */
const defaultSession = 3600;
const longestSession = 43_200;

export function roleOperations(state: IamState): Service<"iam">["operations"] {
  return {
    createRole: (input) => {
      refuseUnsupported(unsupported, "CreateRole", input, [
        "RoleName",
        "Path",
        "AssumeRolePolicyDocument",
        "Description",
        "MaxSessionDuration",
        "Tags",
      ]);
      return { Role: describe(state, addRole(state, input)) };
    },
    getRole: ({ RoleName }) => ({ Role: describe(state, findRole(state, RoleName)) }),
    listRoles: (input) => {
      const roles = [...state.roles.values()]
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...rest } = page(roles, input);
      // ListRoles leaves tags out (IAM API reference).
      return { Roles: items.map((role) => ({ ...describe(state, role), Tags: undefined })), ...rest };
    },
    updateRole: ({ RoleName, Description, MaxSessionDuration }) => {
      const role = findRole(state, RoleName);
      refuseBadDuration(MaxSessionDuration);
      role.description = Description ?? role.description;
      role.maxSessionDuration = MaxSessionDuration ?? role.maxSessionDuration;
      return {};
    },
    updateAssumeRolePolicy: ({ RoleName, PolicyDocument = "" }) => {
      const role = findRole(state, RoleName);
      parsePolicyDocument(PolicyDocument, "trust");
      role.trustPolicy = PolicyDocument;
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
      tagAll(findRole(state, RoleName).tags, Tags);
      return {};
    },
    untagRole: ({ RoleName, TagKeys }) => {
      untagAll(findRole(state, RoleName).tags, TagKeys);
      return {};
    },
    listRoleTags: ({ RoleName }) => ({ Tags: toTags(findRole(state, RoleName).tags), IsTruncated: false }),
  };
}

interface NewRole {
  RoleName?: string | undefined;
  Path?: string | undefined;
  AssumeRolePolicyDocument?: string | undefined;
  Description?: string | undefined;
  MaxSessionDuration?: number | undefined;
  Tags?: Parameters<typeof fromTags>[0];
}

export function addRole(state: IamState, input: NewRole): Role {
  const { RoleName: name = "", Path: path = "/", AssumeRolePolicyDocument: trustPolicy = "" } = input;
  refuseBadName("role name", name, 64);
  refuseBadPath(path);
  refuseBadDuration(input.MaxSessionDuration);
  parsePolicyDocument(trustPolicy, "trust");
  if (state.roles.has(name)) throw alreadyExists(`Role with name ${name} already exists.`);
  const role: Role = {
    name,
    path,
    id: newId("AROA"),
    createDate: state.now(),
    trustPolicy,
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration ?? defaultSession,
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
    tags: fromTags(input.Tags),
  };
  state.roles.set(name, role);
  return role;
}

export function describe(state: IamState, role: Role): Description {
  return {
    RoleName: role.name,
    Path: role.path,
    RoleId: role.id,
    Arn: `arn:aws:iam::${state.accountId}:role${role.path}${role.name}`,
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: role.tags.size > 0 ? toTags(role.tags) : undefined,
  };
}

function refuseBadDuration(seconds = defaultSession): void {
  if (seconds < defaultSession || seconds > longestSession)
    throw validationError(
      `MaxSessionDuration must be between ${defaultSession} and ${longestSession} seconds, not ${seconds}.`,
    );
}
