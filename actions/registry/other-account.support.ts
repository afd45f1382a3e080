import type { Simulator } from "../../simulator/src/simulator.ts";

/** A repository of another account than the tests' own. */
export const theirs = { registryId: "210987654321", repositoryName: "customer" };
export const theirAddress = `${theirs.registryId}.dkr.ecr.us-east-1.amazonaws.com/${theirs.repositoryName}`;

/** Grants the tests' account these rights to the repository. */
export async function letOurs(simulator: Simulator, Action: string | readonly string[]): Promise<void> {
  const statement = { Effect: "Allow", Principal: { AWS: "123456789012" }, Action };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await simulator.aws.ecr.setRepositoryPolicy({ ...theirs, policyText });
}
