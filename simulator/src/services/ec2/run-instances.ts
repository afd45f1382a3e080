import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { freePoolAddress, takePrivateAddress } from "./addresses.ts";
import { describeReservation } from "./describe-instances.ts";
import { findImage } from "./images.ts";
import { findProfile } from "./instance-profiles.ts";
import { checkInstanceType, checkUserData, parseMetadata, securityGroupsFor } from "./instance-settings.ts";
import {
  type BlockDevice,
  type Ec2State,
  find,
  type Instance,
  invalidValue,
  newId,
  type Subnet,
  unsupported,
} from "./state.ts";
import { addTags, tagsFrom } from "./tags.ts";

const members = [
  "ImageId InstanceType MinCount MaxCount SubnetId SecurityGroupIds NetworkInterfaces KeyName UserData",
  "IamInstanceProfile BlockDeviceMappings MetadataOptions TagSpecifications ClientToken",
] as const;

/** Starts instances that are state only: nothing runs on them, and their user data is only checked. */
export function runInstanceOperations(state: Ec2State, environment: Environment): Operations<"ec2"> {
  return {
    runInstances: async (input) => {
      refuseUnsupported(unsupported, "RunInstances", input, members);
      const count = countOf(input);
      const image = findImage(state, input.ImageId);
      const type = checkInstanceType(image, input.InstanceType);
      const { subnet, groupIds, wantsPublicIp } = placementOf(state, input);
      const securityGroupIds = securityGroupsFor(state, subnet.vpcId, groupIds);
      refuseKey(input.KeyName);
      checkUserData(input.UserData);
      const metadata = parseMetadata(input.MetadataOptions);
      const specifications = input.TagSpecifications ?? [];
      const tags = tagsFrom(
        specifications.filter(({ ResourceType }) => ResourceType !== "volume"),
        "instance",
      );
      const profile = input.IamInstanceProfile && (await findProfile(environment, input.IamInstanceProfile));
      const reservationId = newId("r");
      const started = Array.from({ length: count }, (_, launchIndex): Instance => {
        const instance: Instance = {
          id: newId("i"),
          reservationId,
          launchIndex,
          imageId: image.id,
          subnetId: subnet.id,
          vpcId: subnet.vpcId,
          interfaceId: newId("eni"),
          privateIp: takePrivateAddress(state, subnet),
          wantsPublicIp,
          blockDevices: blockDevices(image.rootDevice, input.BlockDeviceMappings ?? []),
          publicIp: wantsPublicIp ? freePoolAddress(state) : undefined,
          type,
          launchedAt: state.now(),
          phase: { goal: "running", since: state.now() },
          securityGroupIds,
          profile: profile && { associationId: newId("iip-assoc"), ...profile },
          metadata,
        };
        state.instances.set(instance.id, instance);
        addTags(state, instance.id, tags);
        return instance;
      });
      return describeReservation(state, started);
    },
  };
}

function countOf({ MinCount = 1, MaxCount = 1 }: RunInstancesCommandInput): number {
  if (MinCount < 1 || MaxCount < MinCount)
    throw invalidValue(`Invalid value '${MinCount}-${MaxCount}' for minCount and maxCount.`);
  return MaxCount;
}

/** The simulator has no key pairs. */
function refuseKey(name: string | undefined): void {
  if (name !== undefined)
    throw new AwsError("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
}

function blockDevices(
  root: string,
  mappings: NonNullable<RunInstancesCommandInput["BlockDeviceMappings"]>,
): BlockDevice[] {
  const names = new Set([root, ...mappings.flatMap(({ DeviceName }) => DeviceName ?? [])]);
  return [...names].map((deviceName) => {
    const { Ebs } = mappings.find(({ DeviceName }) => DeviceName === deviceName) ?? {};
    const deleteOnTermination = Ebs?.DeleteOnTermination ?? true;
    return { deviceName, volumeId: newId("vol"), deleteOnTermination };
  });
}

interface Placement {
  readonly subnet: Subnet;
  readonly groupIds: readonly string[] | undefined;
  readonly wantsPublicIp: boolean;
}

/** Returns the place of an instance: from the request itself, or from its only network interface. */
function placementOf(state: Ec2State, input: RunInstancesCommandInput): Placement {
  const { NetworkInterfaces: [networkInterface, second] = [] } = input;
  if (second) throw invalidValue("The simulator starts instances with one network interface.");
  if (networkInterface) {
    refuseUnsupported(unsupported, "a network interface of RunInstances", networkInterface, [
      "DeviceIndex SubnetId Groups AssociatePublicIpAddress DeleteOnTermination Description",
    ]);
    if (input.SubnetId !== undefined || input.SecurityGroupIds !== undefined)
      throw new AwsError(
        "InvalidParameterCombination",
        "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request",
      );
  }
  const subnet = subnetOf(state, networkInterface?.SubnetId ?? input.SubnetId);
  return {
    subnet,
    groupIds: networkInterface?.Groups ?? input.SecurityGroupIds,
    wantsPublicIp: networkInterface?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
  };
}

/** Returns the requested subnet, or the default VPC's first. */
function subnetOf(state: Ec2State, id: string | undefined): Subnet {
  if (id !== undefined) return find(state, "subnets", id);
  const found = [...state.subnets.values()].find(({ isDefault }) => isDefault);
  if (found) return found;
  throw new AwsError("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
}
