import type { Environment } from "../../environment.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { changeInstanceOperations } from "./change-instance.ts";
import { closeServers, defaultPort } from "./instance-server.ts";
import { instanceOperations, snapshotOperations } from "./instances.ts";
import {
  arnOf,
  createRdsState,
  findInstance,
  findSnapshot,
  findSubnetGroup,
  type Instance,
  invalidValue,
  type RdsState,
  tagsOn,
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
  environment.networks.databaseAt = (socket) => {
    const isAt = ({ endpoint }: Instance) => endpoint?.host === socket.host && endpoint.port === socket.port;
    const instance = [...state.instances.values()].find(isAt);
    return instance && interfaceOf(state, instance);
  };
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

/** Returns the interface of an instance, which has an address in its zone's subnet of its group. */
function interfaceOf(state: RdsState, { settings }: Instance) {
  const { vpcId, subnets } = findSubnetGroup(state, settings.subnetGroupName);
  const possible = subnets.filter(({ zone }) => settings.multiAz || zone === settings.zone);
  return {
    vpcId,
    subnetIds: possible.map(({ id }) => id),
    groupIds: settings.securityGroupIds,
    port: settings.port ?? defaultPort,
    isPublic: settings.publiclyAccessible,
  };
}

function tagOperations(state: RdsState): Operations<"rds"> {
  const { tagResource, untagResource } = tagsOn((arn) => findTagged(state, arn).tags);
  return { addTagsToResource: tagResource, removeTagsFromResource: untagResource };
}

function findTagged(state: RdsState, arn: string): { tags: Map<string, string> } {
  const [kind = "", name = ""] = arn.split(":").slice(5);
  if (kind === "db" && arn === arnOf(state, kind, name)) return findInstance(state, name);
  if (kind === "subgrp" && arn === arnOf(state, kind, name)) return findSubnetGroup(state, name);
  if (kind === "snapshot" && arn === arnOf(state, kind, name)) return findSnapshot(state, name);
  throw invalidValue(`Invalid resource name: ${arn}`);
}
