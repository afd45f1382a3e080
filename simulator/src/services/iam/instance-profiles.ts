import type { InstanceProfile as Description } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { describe as describeRole } from "./roles.ts";
import {
  alreadyExists,
  deleteConflict,
  findRole,
  type IamState,
  type InstanceProfile,
  newId,
  noSuchEntity,
  page,
  readTags,
  refuseBadName,
  refuseBadPath,
  shownTags,
  unsupported,
} from "./state.ts";

/** Instance profiles, which give a role to an instance. */
export function instanceProfileOperations(state: IamState): Operations<"iam"> {
  return {
    createInstanceProfile: ({ InstanceProfileName: name = "", Path: path = "/", Tags }) => {
      refuseBadName("instance profile name", name, 128);
      refuseBadPath(path);
      if (state.instanceProfiles.has(name)) throw alreadyExists(`Instance Profile ${name} already exists.`);
      const profile: InstanceProfile = {
        name,
        path,
        id: newId("AIPA"),
        createDate: state.now(),
        tags: readTags(Tags),
      };
      state.instanceProfiles.set(name, profile);
      return { InstanceProfile: describe(state, profile) };
    },
    getInstanceProfile: ({ InstanceProfileName }) => ({
      InstanceProfile: describe(state, find(state, InstanceProfileName)),
    }),
    listInstanceProfiles: (input) => {
      refuseUnsupported(unsupported, "ListInstanceProfiles", input, ["Marker", "MaxItems"]);
      const profiles = [...state.instanceProfiles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...rest } = page(profiles, input);
      return { InstanceProfiles: items.map((profile) => describe(state, profile)), ...rest };
    },
    addRoleToInstanceProfile: ({ InstanceProfileName, RoleName }) => {
      const profile = find(state, InstanceProfileName);
      const role = findRole(state, RoleName);
      if (profile.roleName !== undefined)
        throw new AwsError(
          "LimitExceededException",
          "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
          409,
        );
      profile.roleName = role.name;
      return {};
    },
    removeRoleFromInstanceProfile: ({ InstanceProfileName, RoleName }) => {
      const profile = find(state, InstanceProfileName);
      if (profile.roleName === undefined || profile.roleName !== RoleName)
        throw noSuchEntity(`The role with name ${RoleName} cannot be found.`);
      profile.roleName = undefined;
      return {};
    },
    deleteInstanceProfile: ({ InstanceProfileName }) => {
      const profile = find(state, InstanceProfileName);
      if (profile.roleName !== undefined)
        throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
      state.instanceProfiles.delete(profile.name);
      return {};
    },
  };
}

function find(state: IamState, name: string | undefined): InstanceProfile {
  const profile = state.instanceProfiles.get(name ?? "");
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

function describe(state: IamState, profile: InstanceProfile): Description {
  const role = profile.roleName === undefined ? undefined : state.roles.get(profile.roleName);
  return {
    InstanceProfileName: profile.name,
    Path: profile.path,
    InstanceProfileId: profile.id,
    Arn: `arn:aws:iam::${state.accountId}:instance-profile${profile.path}${profile.name}`,
    CreateDate: profile.createDate,
    Roles: role ? [describeRole(role)] : [],
    Tags: shownTags(profile.tags),
  };
}
