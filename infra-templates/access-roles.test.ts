import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { expect, test } from "vitest";
import { folder, type ProfileValues, readProfile } from "./profiles.support.ts";
import { reasonsFor, record, signIn, unneeded } from "./recorded-roles.support.ts";
import { createAccess, useProfile } from "./stacks.support.ts";

const { simulator, run, write } = (await useProfile("standard")).stage;
const access = { GitHubRepository: "octocat/coffee" };
const ids = await createAccess(simulator, access.GitHubRepository);

/** Opens a session of a role of access.yaml. Its calls are decided and recorded. */
async function open(name: string) {
  const clientConfig = await signIn(simulator, ids[name]);
  const context = { clientConfig, cloudformation: new CloudFormationClient(clientConfig) };
  return { ...(await record(simulator, ids[name])), context };
}

/** Between them, these create, change and delete the resources of all templates. */
const changes = {
  network: { TestSourceIps: "192.0.2.8/32", PrivateWayOut: "vpc-endpoints" },
  services: { MaximumTasks: "4" },
  pipeline: { Sources: "ready" },
  monolith: { InstanceType: "t3.small" },
  workstation: {},
};

test("each permission of the roles that plan and provision is needed by a call, or has a reason", async () => {
  const [plan, provision] = [await open("GitHubPlanRole"), await open("GitHubProvisionRole")];
  const first: ProfileValues = { ...readProfile("standard"), access };
  const second = Object.entries(changes).map(([name, values]) => [name, { ...first[name], ...values }]);
  for (const profile of [first, { ...first, ...Object.fromEntries(second) }]) {
    const given = { templatesFolder: folder, stackPrefix: "microservices" };
    const parametersFile = await write("standard.json", profile);
    const planned = await run({ ...given, parametersFile, mode: "plan" }, plan.context);
    expect([planned.error, planned.warnings]).toEqual([undefined, expect.not.stringContaining("not check")]);
    expect((await run({ ...given, parametersFile }, provision.context)).error).toBeUndefined();
    if (profile === first) continue;
    const stacks = Object.keys(profile).filter((name) => name !== "access");
    const all = { parametersFile, stacks, mode: "delete", force: true, unprotect: ["supplierdb"] } as const;
    expect((await run({ ...given, ...all }, provision.context)).error).toBeUndefined();
  }
  expect(simulator.permissionReport().denied).toEqual([]);
  expect.soft(unneeded(plan)).toEqual(reasonsFor("GitHubPlanRole"));
  expect(unneeded(provision)).toEqual(reasonsFor("GitHubProvisionRole"));
});
