import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { changeInstanceOperations } from "./change-instance.ts";
import { closeServers } from "./instance-server.ts";
import { instanceOperations } from "./instances.ts";
import { snapshotOperations } from "./snapshots.ts";
import { createRdsState } from "./state.ts";
import { subnetGroupOperations } from "./subnet-groups.ts";
import { tagOperations } from "./tags.ts";

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
export function createRds(environment: Environment): Service<"rds"> {
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
