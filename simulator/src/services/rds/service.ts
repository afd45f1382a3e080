import type { Tag } from "@aws-sdk/client-rds";
import type { Environment } from "../../environment.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { limitTags } from "../../kit/tags.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { changeInstanceOperations } from "./change-instance.ts";
import { closeServers } from "./instance-server.ts";
import { instanceOperations, snapshotOperations } from "./instances.ts";
import {
  arnOf,
  createRdsState,
  findInstance,
  findSnapshot,
  findSubnetGroup,
  invalidValue,
  type RdsState,
  unsupported,
} from "./state.ts";
import { subnetGroupOperations } from "./subnet-groups.ts";

export const rds: Definition<"rds"> = {
  create: createRds,
  client: "rds",
  wires: [
    { protocol: "awsQuery", route: "2014-10-31", namespace: "http://rds.amazonaws.com/doc/2014-10-31/" },
  ],
  invalidValue: "InvalidParameterValue",
};

/**
 * RDS for MySQL: every instance is a private server on this machine, with its address as endpoint. Source of shapes,
 * limits and errors: API reference 2014-10-31.
 */
function createRds(environment: Environment): Service<"rds"> {
  const state = createRdsState(environment);
  return {
    operations: {
      ...subnetGroupOperations(state),
      ...instanceOperations(state),
      ...changeInstanceOperations(state),
      ...snapshotOperations(state),
      ...tagOperations(state),
    },
    close: () => closeServers(state),
  };
}

function tagOperations(state: RdsState): Operations<"rds"> {
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
