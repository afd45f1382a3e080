import { describe, expect, test } from "vitest";
import { inventory } from "./inventory.support.ts";
import { profiles, readProfile, resourcesOf, templateNames } from "./profiles.support.ts";
import { outcome, physicalIds, updateParameters, useProfile } from "./stacks.support.ts";

/** A change to each stack that a running installation takes in place. */
const changes: Record<string, Record<string, string>> = {
  database: { InstanceClass: "db.t3.small", BackupRetentionDays: "1", DeletionProtection: "false" },
  registry: { KeptImages: "10" },
  cluster: { ContainerInsights: "enabled", LogRetentionDays: "7" },
  "load-balancer": {
    AdminSourceIps: "192.0.2.7/32,198.51.100.0/24",
    DeregistrationDelaySeconds: "30",
    HealthCheckIntervalSeconds: "5",
  },
  observability: { ErrorsPerMinute: "20", SlowSeconds: "0.5", OutageMinutes: "5" },
  delivery: {
    TerminationWaitMinutes: "0",
    DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
  },
  monolith: { InstanceType: "t3.small", VisitorsCidr: "192.0.2.7/32" },
};

test("every template belongs to a profile, and no profile refers to another", () => {
  const named = profiles.flatMap((profile) => Object.keys(readProfile(profile)));
  expect([...new Set(named)].sort()).toEqual(templateNames);
});

describe.each(profiles)("profile %s", async (profile) => {
  const { stage, provision } = await useProfile(profile);
  const before = await inventory(stage.simulator);

  test("creates its stacks and no others, with the resources that the templates are evaluated to", async () => {
    const { error } = await provision();
    expect(error).toBeUndefined();
    const names = Object.keys(readProfile(profile));
    expect(await stage.stacks()).toEqual(
      Object.fromEntries(names.map((name) => [`microservices-${name}`, "CREATE_COMPLETE"])),
    );
    // The simulator has its own evaluation of templates.
    const created = names.map(async (name) => {
      const ids = Object.keys(await physicalIds(stage.simulator, `microservices-${name}`));
      return ids.map((id) => `${name}/${id}`);
    });
    const evaluated = resourcesOf(profile).map(({ template, logicalId }) => `${template}/${logicalId}`);
    expect((await Promise.all(created)).flat().sort()).toEqual(evaluated.sort());
  });

  test("changes nothing when applied again", async () => {
    const { error, summary } = await provision();
    expect(error).toBeUndefined();
    expect(summary.match(/\| unchanged \|/g)).toHaveLength(Object.keys(readProfile(profile)).length);
  });

  test.each(Object.keys(readProfile(profile)))("changes %s in place, including its tags", async (name) => {
    const StackName = `microservices-${name}`;
    const ids = await physicalIds(stage.simulator, StackName);
    await updateParameters(stage.simulator, StackName, changes[name] ?? {}, [
      { Key: "team", Value: "coffee" },
    ]);
    expect(await outcome(stage.simulator, StackName)).toEqual({ status: "UPDATE_COMPLETE", failures: [] });
    expect(await physicalIds(stage.simulator, StackName)).toEqual(ids);
  });

  test("deletes its stacks and leaves nothing", async () => {
    const { error } = await provision({ mode: "delete" });
    expect(error).toBeUndefined();
    expect(await inventory(stage.simulator)).toEqual(before);
  });
});
