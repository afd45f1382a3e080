import type { Aws } from "../../api.ts";
import { validationError } from "../template/errors.ts";
import { type AccountType, isSsmParameter } from "../template/parameters.ts";
import type { Mapping } from "../template/value.ts";
import type { Definition } from "./definition.ts";
import type { CloudFormationState } from "./records.ts";

/** Returns those of the given values that exist in the account. */
type Find = (ec2: Aws["ec2"], values: string[]) => Promise<(string | undefined)[]>;

const finders: Readonly<Record<AccountType, Find>> = {
  "AWS::EC2::AvailabilityZone::Name": async (ec2) =>
    (await ec2.describeAvailabilityZones({})).AvailabilityZones?.map(({ ZoneName }) => ZoneName) ?? [],
  "AWS::EC2::Image::Id": async (ec2, ImageIds) =>
    (await ec2.describeImages({ ImageIds })).Images?.map(({ ImageId }) => ImageId) ?? [],
  "AWS::EC2::Instance::Id": async (ec2, InstanceIds) =>
    (await ec2.describeInstances({ InstanceIds })).Reservations?.flatMap(
      ({ Instances = [] }) => Instances,
    ).map(({ InstanceId }) => InstanceId) ?? [],
  "AWS::EC2::SecurityGroup::GroupName": async (ec2, Values) =>
    (await ec2.describeSecurityGroups({ Filters: [{ Name: "group-name", Values }] })).SecurityGroups?.map(
      ({ GroupName }) => GroupName,
    ) ?? [],
  "AWS::EC2::SecurityGroup::Id": async (ec2, GroupIds) =>
    (await ec2.describeSecurityGroups({ GroupIds })).SecurityGroups?.map(({ GroupId }) => GroupId) ?? [],
  "AWS::EC2::Subnet::Id": async (ec2, SubnetIds) =>
    (await ec2.describeSubnets({ SubnetIds })).Subnets?.map(({ SubnetId }) => SubnetId) ?? [],
  "AWS::EC2::VPC::Id": async (ec2, VpcIds) =>
    (await ec2.describeVpcs({ VpcIds })).Vpcs?.map(({ VpcId }) => VpcId) ?? [],
};

/** Rejects for a parameter whose value must exist in the account and does not. */
export async function refuseMissingValues(
  { environment: { aws } }: CloudFormationState,
  definition: Definition,
): Promise<void> {
  for (const [name, declaration] of Object.entries(definition.template.parameters)) {
    const find: Find | undefined = finders[typeOfItems(declaration) as AccountType];
    if (!find) continue;
    const text = definition.resolved?.[name] ?? definition.parameters[name] ?? "";
    const values = text.split(",").map((value) => value.trim());
    for (const value of values) {
      // EC2 refuses a malformed id with a different message.
      const found = await find(aws.ec2, [value]).catch((): string[] => []);
      if (!found.includes(value))
        throw validationError(
          `Parameter validation failed: parameter value ${value} for parameter name ${name} does not exist`,
        );
    }
  }
}

/** `AWS::EC2::Subnet::Id` of `List<AWS::EC2::Subnet::Id>` and of a parameter of Systems Manager with such a value. */
function typeOfItems(declaration: Mapping): string {
  const type = String(declaration.Type);
  const inner = isSsmParameter(declaration) ? type.slice("AWS::SSM::Parameter::Value<".length, -1) : type;
  return /^List<(.+)>$/.exec(inner)?.[1] ?? inner;
}
