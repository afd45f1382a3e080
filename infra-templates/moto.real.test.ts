import { EC2 } from "@aws-sdk/client-ec2";
import { findDependencies, inOrder } from "@ecs-delivery/actions/cloudformation/dependencies";
import { planStack } from "@ecs-delivery/actions/cloudformation/plan-stacks";
import { readTemplates } from "@ecs-delivery/actions/cloudformation/template";
import { afterAll, expect, test } from "vitest";
import { type Moto, startMoto } from "./moto.support.ts";
import { templateForMoto, unknownTypes } from "./moto-templates.support.ts";
import { folder, type ProfileValues, profiles, readProfile, resourcesOf } from "./profiles.support.ts";

/** With all options that a profile enables only later. */
const complete: Record<string, Record<string, string>> = {
  access: { GitHubRepository: "octocat/coffee" },
  "load-balancer": { AdminSourceIps: "192.0.2.7/32" },
  pipeline: { Sources: "ready" },
};

let started: Promise<Moto> | undefined;
/** One server for all tests: it takes longer to start than to create everything. */
const startedMoto = () => (started ??= startMoto());
afterAll(async () => (await started?.catch(() => undefined))?.close());

test.each(profiles)(
  "moto creates the stacks of profile %s, except types it does not know",
  async (profile) => {
    const moto = await startedMoto();
    const { cloudformation } = moto;
    const stacks = planned(await resolveLookups(moto, readProfile(profile)));
    for (const { stackName, template, parameters } of stacks)
      await cloudformation.createStack({
        StackName: stackName,
        TemplateBody: templateForMoto(template),
        Capabilities: ["CAPABILITY_NAMED_IAM"],
        Parameters: [...parameters].map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      });
    const made: string[] = [];
    for (const { stackName, template } of stacks) {
      const { StackResources = [] } = await cloudformation.describeStackResources({ StackName: stackName });
      // moto lists resources that a condition excludes without a name.
      const ids = StackResources.flatMap(({ LogicalResourceId: id }) => id ?? []);
      made.push(...ids.map((id) => `${template.name}/${id}`));
    }
    const expected = resourcesOf(profile, complete).filter(({ type }) => !unknownTypes.includes(type));
    expect(made.sort()).toEqual(expected.map(({ template, logicalId }) => `${template}/${logicalId}`).sort());
    await moto.reset();
  },
);

test("moto reports the types that it does not know", async () => {
  const { cloudformation, unknownTypes: reportedTypes } = await startedMoto();
  const Resources = Object.fromEntries(unknownTypes.map((Type, index) => [`Unknown${index}`, { Type }]));
  await cloudformation.createStack({ StackName: "unknown", TemplateBody: JSON.stringify({ Resources }) });
  expect(reportedTypes()).toEqual(unknownTypes);
});

/** The profile's stacks, dependencies first. */
function planned(values: ProfileValues) {
  const templates = readTemplates(folder);
  const given = Object.fromEntries(
    Object.entries(values).map(([name, parameters]) => [name, { ...parameters, ...complete[name] }]),
  );
  const stacks = templates
    .filter(({ name }) => name in values)
    .map((template) => planStack(template, templates, given, "microservices"));
  return inOrder(findDependencies(stacks)).flatMap(
    (name) => stacks.find(({ template }) => template.name === name) ?? [],
  );
}

/** Returns the profile with ids of moto's own account instead of look-ups. */
async function resolveLookups({ endpoint }: Moto, profile: ProfileValues): Promise<ProfileValues> {
  const ec2 = new EC2({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "moto", secretAccessKey: "moto" },
  });
  const { Subnets = [] } = await ec2.describeSubnets({});
  const ids: { readonly [lookup: string]: string | undefined } = {
    vpc: Subnets[0]?.VpcId,
    "LabVPC/Public Subnet1": Subnets[0]?.SubnetId,
    "LabVPC/Public Subnet2": Subnets[1]?.SubnetId,
    "instance-endpoint": "supplierdb.abcdefghijkl.us-east-1.rds.amazonaws.com",
    "instance-port": "3306",
    // Variables of the repository that are not set here.
    PERMISSIONS_BOUNDARY: "",
  };
  const resolve = (value: unknown) => {
    const [[kind = "", name] = []] = typeof value === "object" ? Object.entries(value as object) : [];
    return kind ? (ids[kind] ?? ids[String(name)]) : value;
  };
  return Object.fromEntries(
    Object.entries(profile).map(([template, parameters]) => [
      template,
      Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, resolve(value)])),
    ]),
  );
}
