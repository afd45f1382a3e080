import type { Aws } from "../../api.ts";
import { validationError } from "../template/errors.ts";
import { type AccountType, typeOfItems } from "../template/parameters.ts";
import type { Definition } from "./definition.ts";
import type { CloudFormationState } from "./records.ts";

/** Returns the resources with this id. */
type Find = (ec2: Aws["ec2"], id: string) => Promise<readonly unknown[] | undefined>;

const finders: Readonly<Record<AccountType, Find>> = {
  "AWS::EC2::Image::Id": async (ec2, id) => (await ec2.describeImages({ ImageIds: [id] })).Images,
  "AWS::EC2::SecurityGroup::Id": async (ec2, id) =>
    (await ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups,
  "AWS::EC2::Subnet::Id": async (ec2, id) => (await ec2.describeSubnets({ SubnetIds: [id] })).Subnets,
  "AWS::EC2::VPC::Id": async (ec2, id) => (await ec2.describeVpcs({ VpcIds: [id] })).Vpcs,
};

/** Rejects for a parameter whose value must exist in the account and does not. */
export async function refuseMissingValues(
  { environment: { aws } }: CloudFormationState,
  { template, resolved, parameters }: Definition,
): Promise<void> {
  for (const [name, declaration] of Object.entries(template.parameters)) {
    const find: Find | undefined = finders[typeOfItems(declaration) as AccountType];
    if (!find) continue;
    const values = (resolved?.[name] ?? parameters[name] ?? "").split(",").map((value) => value.trim());
    for (const value of values) {
      // EC2 refuses a malformed id with a different message.
      const found = await find(aws.ec2, value).catch(() => []);
      if (!found?.length)
        throw validationError(
          `Parameter validation failed: parameter value ${value} for parameter name ${name} does not exist`,
        );
    }
  }
}
