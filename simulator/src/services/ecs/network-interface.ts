import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Attachment, NetworkConfiguration } from "@aws-sdk/client-ecs";
import type { AwsError } from "../../kit/errors.ts";
import { formatAddress, parseBlock, usableAddresses } from "../ec2/cidr.ts";
import { securityGroupsFor } from "../ec2/instance-settings.ts";
import type { Addresses, EcsContext, TaskRecord } from "./state.ts";

/** Returns the attachment of a task before it has its interface. */
export function newAttachment(): Attachment {
  return { id: randomUUID(), type: "ElasticNetworkInterface", status: "PRECREATED", details: [] };
}

/** Allocates a private address for the task in one of its subnets and reports it as ECS does. */
export async function attachInterface(
  context: EcsContext,
  record: TaskRecord,
  { awsvpcConfiguration }: NetworkConfiguration,
): Promise<void> {
  const { subnets = [], securityGroups = [], assignPublicIp } = awsvpcConfiguration ?? {};
  const subnetId = subnets[randomInt(subnets.length)] as string;
  const { Subnets = [] } = await context.environment.aws.ec2.describeSubnets({ SubnetIds: [subnetId] });
  const subnet = Subnets[0];
  const failure = (code: string) =>
    new Error(
      `Unexpected EC2 error while attempting to Create Network Interface in subnet '${subnetId}': ${code}`,
    );
  const address = subnet?.CidrBlock && context.addresses.allocate(subnetId, subnet.CidrBlock);
  if (!address) throw failure("InsufficientFreeAddressesInSubnet");
  record.address = address;
  const { ec2, mode, interfaces } = context.environment.networks;
  if (ec2 && mode === "enforce")
    try {
      const groupIds = securityGroupsFor(ec2, subnet.VpcId ?? "", securityGroups);
      interfaces.set(address, {
        subnetId,
        address,
        groupIds,
        hasPublicAddress: assignPublicIp === "ENABLED",
      });
    } catch (error) {
      throw failure((error as AwsError).code);
    }
  record.task.availabilityZone = subnet.AvailabilityZone;
  const attachment = record.task.attachments[0] as Attachment;
  attachment.status = "ATTACHED";
  attachment.details = [
    { name: "subnetId", value: subnetId },
    { name: "networkInterfaceId", value: `eni-${randomBytes(9).toString("hex").slice(0, 17)}` },
    { name: "macAddress", value: macAddress() },
    { name: "privateDnsName", value: `${hostName(address)}.ec2.internal` },
    { name: "privateIPv4Address", value: address },
  ];
  for (const container of record.task.containers)
    container.networkInterfaces = [{ attachmentId: attachment.id, privateIpv4Address: address }];
}

export function detachInterface(context: EcsContext, record: TaskRecord): void {
  if (record.address) {
    context.addresses.release(record.address);
    context.environment.networks.interfaces.delete(record.address);
  }
  for (const attachment of record.task.attachments) attachment.status = "DELETED";
}

/** Returns the host name in a task's containers: `ip-10-0-1-23`. */
export function hostName(address: string): string {
  return `ip-${address.replaceAll(".", "-")}`;
}

function macAddress(): string {
  // 0a: locally administered, as those of interfaces in a VPC.
  const rest = randomBytes(5).toString("hex").match(/../g) ?? [];
  return ["0a", ...rest].join(":");
}

export function createAddresses(): Addresses {
  const taken = new Set<string>();
  const cursors = new Map<string, number>();
  return {
    allocate(subnetId, cidrBlock) {
      const [first, usable] = usableAddresses(parseBlock("InvalidSubnet.Range", cidrBlock));
      const start = cursors.get(subnetId) ?? 0;
      // Cycles through all, so that an address is used again as late as possible.
      for (let step = 0; step < usable; step++) {
        const offset = (start + step) % usable;
        const address = formatAddress(first + offset);
        if (taken.has(address)) continue;
        taken.add(address);
        cursors.set(subnetId, offset + 1);
        return address;
      }
      return undefined;
    },
    release: (address) => void taken.delete(address),
  };
}
