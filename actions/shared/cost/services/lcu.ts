import type { Usage } from "../usage.ts";

/** Contents of one load balancer capacity unit, from aws.amazon.com/elasticloadbalancing/pricing. */
const ofOneLcu = {
  newConnectionsPerSecond: 25,
  activeConnections: 3_000,
  gbPerHour: 1,
  evaluationsPerSecond: 1_000,
};

/** Rules that are evaluated without a charge for each request. */
const freeRules = 10;

const kbOfGb = 1024 ** 2;

type Traffic = Pick<
  Usage,
  "hours" | "requests" | "requestKb" | "responseKb" | "requestsPerConnection" | "connectionSeconds"
>;

/**
 * Computes the capacity units in each hour: AWS measures four dimensions and bills the highest. Traffic is assumed to
 * be even over the hours; with bursts, the hours of the burst cost more and the others nothing.
 */
export function lcuOf(usage: Traffic, rules: number): { perHour: number; basis: string } {
  const requestsPerSecond = usage.requests / (usage.hours * 3600);
  const connectionsPerSecond = requestsPerSecond / usage.requestsPerConnection;
  const gbPerHour = (usage.requests * (usage.requestKb + usage.responseKb)) / kbOfGb / usage.hours;
  const dimensions = [
    { name: "new connections", lcu: connectionsPerSecond / ofOneLcu.newConnectionsPerSecond },
    {
      name: "active connections",
      lcu: (connectionsPerSecond * usage.connectionSeconds) / ofOneLcu.activeConnections,
    },
    { name: "bytes", lcu: gbPerHour / ofOneLcu.gbPerHour },
    {
      name: "rule evaluations",
      lcu: (requestsPerSecond * Math.max(0, rules - freeRules)) / ofOneLcu.evaluationsPerSecond,
    },
  ];
  const highest = dimensions.reduce((most, dimension) => (dimension.lcu > most.lcu ? dimension : most));
  return { perHour: highest.lcu, basis: `${usage.requests} requests; ${highest.name} count most` };
}
