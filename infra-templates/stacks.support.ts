import { join } from "node:path";
import type { Tag } from "@aws-sdk/client-cloudformation";
import type { ProvisionInputs } from "@ecs-delivery/actions/provision-stack/src/inputs";
import { useStage } from "@ecs-delivery/actions/provision-stack/src/stage.support";
import type { Simulator } from "@ecs-delivery/simulator";
import type { TestOptions, TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, vi } from "vitest";
import { adminSourceIps, folder, type Profile, read } from "./profiles.support.ts";

/** Creates an account of the profile's kind for the tests of a file, and a function that provisions the profile. */
export async function useProfile(profile: Profile, options: TestOptions = {}) {
  vi.stubEnv("ADMIN_SOURCE_IPS", adminSourceIps);
  afterAll(() => void vi.unstubAllEnvs());
  const stage = await useStage({ account: profile, networks: "enforce", ...options });
  const parametersFile = join(folder, `parameters/${profile}.json`);
  const given = { templatesFolder: folder, parametersFile, stackPrefix: "microservices" };
  const provision = (changes: Partial<ProvisionInputs> = {}) => stage.run({ ...given, ...changes });
  return { stage, provision };
}

/**
 * Creates the stack of access.yaml with the account's key, and limits the profile's roles by its boundary; resolves to
 * its physical ids.
 */
export async function createAccess(simulator: TestSimulator, GitHubRepository = "octocat/coffee") {
  const StackName = "microservices-access";
  await simulator.aws.cloudformation.createStack({
    StackName,
    TemplateBody: read("access.yaml"),
    Capabilities: ["CAPABILITY_NAMED_IAM"],
    Parameters: [{ ParameterKey: "GitHubRepository", ParameterValue: GitHubRepository }],
  });
  const { status, failures } = await outcome(simulator, StackName);
  if (status !== "CREATE_COMPLETE") throw new Error(failures.join("; "));
  const ids = await physicalIds(simulator, StackName);
  vi.stubEnv("PERMISSIONS_BOUNDARY", ids.Boundary);
  return ids;
}

/** Starts an update that changes these parameters, and the tags if given; other parameters do not change. */
export async function updateParameters(
  { aws }: Simulator,
  StackName: string,
  changed: { readonly [name: string]: string },
  Tags?: Tag[],
): Promise<void> {
  const { Stacks = [] } = await aws.cloudformation.describeStacks({ StackName });
  await aws.cloudformation.updateStack({
    StackName,
    UsePreviousTemplate: true,
    Capabilities: ["CAPABILITY_NAMED_IAM"],
    Parameters: (Stacks[0]?.Parameters ?? []).map(({ ParameterKey = "" }) =>
      ParameterKey in changed
        ? { ParameterKey, ParameterValue: changed[ParameterKey] }
        : { ParameterKey, UsePreviousValue: true },
    ),
    Tags,
  });
}

/** Physical ids by logical id. */
export async function physicalIds({ aws }: Simulator, StackName: string) {
  const { StackResources = [] } = await aws.cloudformation.describeStackResources({ StackName });
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId = "", PhysicalResourceId }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
}

/** Resolves once no operation of the stack is in progress any more. */
export async function outcome({ aws, clock }: TestSimulator, StackName: string) {
  for (;;) {
    const { Stacks = [] } = await aws.cloudformation.describeStacks({ StackName });
    const status = Stacks[0]?.StackStatus ?? "";
    if (status.endsWith("_IN_PROGRESS")) {
      await clock.foreground.wait(5000);
      continue;
    }
    const { StackEvents = [] } = await aws.cloudformation.describeStackEvents({ StackName });
    const failures = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
    return {
      status,
      failures: failures.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`),
    };
  }
}
