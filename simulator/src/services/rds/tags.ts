import type { Tag } from "@aws-sdk/client-rds";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { limitTags } from "../../kit/tags.ts";
import type { Service } from "../api.ts";
import {
  arnOf,
  findInstance,
  findSnapshot,
  findSubnetGroup,
  invalidValue,
  type RdsState,
  unsupported,
} from "./state.ts";

export function tagOperations(state: RdsState): Service<"rds">["operations"] {
  return {
    addTagsToResource: ({ ResourceName, Tags = [] }) => {
      const resource = findTagged(state, ResourceName);
      const keys = Tags.map(({ Key }) => Key);
      limitTags(
        "InvalidParameterValue",
        keys,
        resource.tags.map(({ Key }) => Key),
      );
      resource.tags = [...resource.tags.filter(({ Key }) => !keys.includes(Key)), ...Tags];
      return {};
    },
    removeTagsFromResource: ({ ResourceName, TagKeys = [] }) => {
      const resource = findTagged(state, ResourceName);
      resource.tags = resource.tags.filter(({ Key = "" }) => !TagKeys.includes(Key));
      return {};
    },
    listTagsForResource: (input) => {
      refuseUnsupported(unsupported, "ListTagsForResource", input, ["ResourceName"]);
      return { TagList: findTagged(state, input.ResourceName).tags };
    },
  };
}

function findTagged(state: RdsState, arn = ""): { tags: Tag[] } {
  const [kind = "", name = ""] = arn.split(":").slice(5);
  if (kind === "db" && arn === arnOf(state, kind, name)) return findInstance(state, name);
  if (kind === "subgrp" && arn === arnOf(state, kind, name)) return findSubnetGroup(state, name);
  if (kind === "snapshot" && arn === arnOf(state, kind, name)) return findSnapshot(state, name);
  throw invalidValue(`Invalid resource name: ${arn}`);
}
