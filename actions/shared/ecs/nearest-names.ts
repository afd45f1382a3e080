import { paginateListClusters, paginateListServices } from "@aws-sdk/client-ecs";
import { nearestName } from "../nearest-name.ts";
import type { EcsContext } from "./context.ts";

/** Returns `did you mean "web"? ` where a typing error would explain a missing service, else an empty text. */
export function nearestService(context: EcsContext, cluster: string, name: string): Promise<string> {
  return suggest(name, async () => {
    const names: string[] = [];
    for await (const { serviceArns = [] } of paginateListServices(
      { client: context.clients.ecs },
      { cluster },
    ))
      names.push(...serviceArns.map(lastPart));
    return names;
  });
}

/** Returns the same for a cluster. */
export function nearestCluster(context: EcsContext, name: string): Promise<string> {
  return suggest(name, async () => {
    const names: string[] = [];
    for await (const { clusterArns = [] } of paginateListClusters({ client: context.clients.ecs }, {}))
      names.push(...clusterArns.map(lastPart));
    return names;
  });
}

/** The name is missing in any case: a role that may not list names gets the error without a suggestion. */
async function suggest(name: string, list: () => Promise<string[]>): Promise<string> {
  const near = await list().then(
    (names) => nearestName(lastPart(name), names),
    () => undefined,
  );
  return near === undefined ? "" : `did you mean "${near}"? Otherwise `;
}

function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
