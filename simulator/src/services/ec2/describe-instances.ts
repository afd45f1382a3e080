import type { Instance as Description, Reservation } from "@aws-sdk/client-ec2";
import type { Operations } from "../api.ts";
import { publicIpOf } from "./addresses.ts";
import { findImage } from "./images.ts";
import { describeState, forgetOldInstances, instanceState } from "./instance-settings.ts";
import { type FilterTable, list } from "./list.ts";
import type { Ec2State, Instance } from "./state.ts";
import { tagsOf } from "./tags.ts";

export function describeInstanceOperations(state: Ec2State): Operations<"ec2"> {
  return {
    describeInstances: (input) => {
      forgetOldInstances(state);
      const { items, NextToken } = list(state, "instances", input, filters(state));
      const reservations = new Set(items.map(({ reservationId }) => reservationId));
      const Reservations = [...reservations].map((id) =>
        describeReservation(
          state,
          items.filter(({ reservationId }) => reservationId === id),
        ),
      );
      return { Reservations, NextToken };
    },
  };
}

export function describeReservation(state: Ec2State, instances: readonly Instance[]): Reservation {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: state.accountId,
    Groups: [],
    Instances: instances.map((instance) => describe(state, instance)),
  };
}

function describe(state: Ec2State, instance: Instance): Description {
  const name = instanceState(state, instance);
  const { architecture, rootDevice } = findImage(state, instance.imageId);
  const { reason } = instance.phase;
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type as Description["InstanceType"],
    State: describeState(name),
    StateTransitionReason: reason?.message ?? "",
    StateReason: reason && { Code: reason.code, Message: reason.message },
    LaunchTime: instance.launchedAt,
    AmiLaunchIndex: instance.launchIndex,
    Architecture: architecture,
    RootDeviceType: "ebs",
    RootDeviceName: rootDevice,
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    EbsOptimized: false,
    ProductCodes: [],
    Placement: {
      AvailabilityZone: state.subnets.get(instance.subnetId)?.zone,
      GroupName: "",
      Tenancy: "default",
    },
    Monitoring: { State: "disabled" },
    MetadataOptions: {
      State: "applied",
      HttpTokens: instance.metadata.httpTokens,
      HttpEndpoint: "enabled",
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
    },
    IamInstanceProfile: instance.profile && { Arn: instance.profile.arn, Id: instance.profile.id },
    Tags: tagsOf(state, instance.id),
    ...(name === "terminated" ? {} : describeNetwork(state, instance)),
  };
}

/** Returns the network of an instance, which it loses on termination. */
function describeNetwork(state: Ec2State, instance: Instance): Description {
  const { dnsHostnames } = state.vpcs.get(instance.vpcId) ?? {};
  const PublicIpAddress = publicIpOf(state, instance);
  const SecurityGroups = instance.securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: state.securityGroups.get(GroupId)?.name,
  }));
  return {
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: privateName(state.region, instance.privateIp),
    PublicIpAddress,
    PublicDnsName: PublicIpAddress && dnsHostnames ? publicName(state.region, PublicIpAddress) : "",
    SecurityGroups,
    SourceDestCheck: true,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: instance.interfaceId,
        SubnetId: instance.subnetId,
        VpcId: instance.vpcId,
        OwnerId: state.accountId,
        PrivateIpAddress: instance.privateIp,
        Association: PublicIpAddress ? { PublicIp: PublicIpAddress } : undefined,
        Attachment: { DeviceIndex: 0, Status: "attached", DeleteOnTermination: true },
        Groups: SecurityGroups,
        Status: "in-use",
        SourceDestCheck: true,
      },
    ],
    BlockDeviceMappings: instance.blockDevices.map((device) => ({
      DeviceName: device.deviceName,
      Ebs: { VolumeId: device.volumeId, DeleteOnTermination: device.deleteOnTermination, Status: "attached" },
    })),
  };
}

/** Source: "EC2 instance hostnames and domains", EC2 user guide: us-east-1 has different domains. */
function privateName(region: string, address: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${domain}`;
}

function publicName(region: string, address: string): string {
  const domain = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}

function filters(state: Ec2State): FilterTable<Instance> {
  return {
    "instance-id": ({ id }) => [id],
    "instance-type": ({ type }) => [type],
    "instance-state-name": (instance) => [instanceState(state, instance)],
    "instance-state-code": (instance) => [`${describeState(instanceState(state, instance)).Code}`],
    "instance.group-id": ({ securityGroupIds }) => securityGroupIds,
    "image-id": ({ imageId }) => [imageId],
    "vpc-id": ({ vpcId }) => [vpcId],
    "subnet-id": ({ subnetId }) => [subnetId],
    "availability-zone": ({ subnetId }) => [state.subnets.get(subnetId)?.zone],
    "private-ip-address": ({ privateIp }) => [privateIp],
    "ip-address": (instance) => [publicIpOf(state, instance)],
    "iam-instance-profile.arn": ({ profile }) => [profile?.arn],
    "reservation-id": ({ reservationId }) => [reservationId],
    "owner-id": () => [state.accountId],
  };
}
