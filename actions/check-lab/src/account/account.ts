import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { once } from "../outcome.ts";
import { readContainers } from "./containers.ts";
import { readCodeCommit, readCodeDeploy, readPipelines } from "./delivery.ts";
import { readLoadBalancing, readMachines } from "./machines.ts";
import { type AccountConfig, createReads, explained } from "./reads.ts";

export type Account = ReturnType<typeof readAccount>;

/** Reads each part of an account when an item asks for it, once. A read that fails throws Unreadable. */
export function readAccount(config: AccountConfig) {
  const sts = new STSClient(config);
  const identity = once(() =>
    explained("sts:GetCallerIdentity", () => sts.send(new GetCallerIdentityCommand())),
  );
  const reads = createReads(identity);
  return {
    region: config.region,
    /** The account's twelve digits. */
    id: async () => (await identity()).Account ?? "",
    ...readContainers(config, reads),
    ...readLoadBalancing(config, reads),
    ...readCodeDeploy(config, reads),
    ...readPipelines(config, reads),
    ...readCodeCommit(config, reads),
    ...readMachines(config, reads),
  };
}
