import { sameValue } from "../template/value.ts";
import { tagSpecifications, updateTags } from "./ec2-network.ts";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  waitUntil,
} from "./resource-type.ts";
import { boolean, integer, list, object, tags, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

/** An instance's type and user data change in place, with a stop and a start ("Some interruptions"). */
const needingStop = ["InstanceType", "UserData"] as const;

export const instance: ResourceType = {
  properties: {
    ImageId: text,
    InstanceType: text,
    SubnetId: text,
    AvailabilityZone: text,
    PrivateIpAddress: text,
    SecurityGroupIds: list(text),
    NetworkInterfaces: list(
      object(
        {
          DeviceIndex: integer,
          SubnetId: text,
          GroupSet: list(text),
          AssociatePublicIpAddress: boolean,
          DeleteOnTermination: boolean,
          PrivateIpAddress: text,
        },
        ["DeviceIndex"],
      ),
    ),
    IamInstanceProfile: text,
    KeyName: text,
    UserData: text,
    BlockDeviceMappings: list(
      object(
        {
          DeviceName: text,
          Ebs: object({
            VolumeSize: integer,
            VolumeType: text,
            Encrypted: boolean,
            DeleteOnTermination: boolean,
          }),
        },
        ["DeviceName"],
      ),
    ),
    MetadataOptions: object({
      HttpTokens: text,
      HttpEndpoint: text,
      HttpPutResponseHopLimit: integer,
      InstanceMetadataTags: text,
    }),
    Monitoring: boolean,
    DisableApiTermination: boolean,
    Tags: tags,
  },
  required: ["ImageId"],
  replacement: [
    "ImageId",
    "SubnetId",
    "AvailabilityZone",
    "PrivateIpAddress",
    "NetworkInterfaces",
    "KeyName",
    "BlockDeviceMappings",
  ],
  attributes: [
    "InstanceId",
    "PrivateIp",
    "PublicIp",
    "PrivateDnsName",
    "PublicDnsName",
    "AvailabilityZone",
    "VpcId",
  ],
  async create(context, properties) {
    const { Instances: [instance] = [] } = await ec2(context).runInstances({
      ...copied(properties),
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: properties.IamInstanceProfile && { Name: properties.IamInstanceProfile },
      NetworkInterfaces: properties.NetworkInterfaces?.map(networkInterface),
      Monitoring: properties.Monitoring === undefined ? undefined : { Enabled: properties.Monitoring },
      Placement: properties.AvailabilityZone && { AvailabilityZone: properties.AvailabilityZone },
      TagSpecifications: tagSpecifications("instance", properties),
    });
    return instance?.InstanceId ?? "";
  },
  stabilize: (context, id) => reach(context, id, "running"),
  async readAttributes(context, id) {
    const found = await findInstance(context, id);
    return {
      InstanceId: id,
      PrivateIp: found.PrivateIpAddress ?? "",
      PublicIp: found.PublicIpAddress ?? "",
      PrivateDnsName: found.PrivateDnsName ?? "",
      PublicDnsName: found.PublicDnsName ?? "",
      AvailabilityZone: found.Placement?.AvailabilityZone ?? "",
      VpcId: found.VpcId ?? "",
    };
  },
  async update(context, InstanceId, next, previous) {
    const api = ec2(context);
    const changed = (name: string) => !sameValue(next[name], previous[name]);
    if (changed("SecurityGroupIds"))
      await api.modifyInstanceAttribute({ InstanceId, Groups: next.SecurityGroupIds ?? [] });
    if (changed("DisableApiTermination"))
      await api.modifyInstanceAttribute({
        InstanceId,
        DisableApiTermination: { Value: next.DisableApiTermination ?? false },
      });
    if (changed("MetadataOptions") && next.MetadataOptions)
      await api.modifyInstanceMetadataOptions({ InstanceId, ...next.MetadataOptions });
    if (changed("Monitoring"))
      await (next.Monitoring
        ? api.monitorInstances({ InstanceIds: [InstanceId] })
        : api.unmonitorInstances({ InstanceIds: [InstanceId] }));
    if (changed("IamInstanceProfile")) await changeProfile(context, InstanceId, next.IamInstanceProfile);
    if (needingStop.some(changed)) await changeStopped(context, InstanceId, next, changed);
    await updateTags(context, InstanceId, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["InvalidInstanceID.NotFound"], async () => {
      await ec2(context).terminateInstances({ InstanceIds: [id] });
      await reach(context, id, "terminated");
    }),
};

/** Members that RunInstances takes as the template writes them. */
function copied(properties: Properties) {
  const { ImageId, InstanceType, SubnetId, PrivateIpAddress, SecurityGroupIds, KeyName, UserData } =
    properties;
  const { BlockDeviceMappings, MetadataOptions, DisableApiTermination } = properties;
  return {
    ImageId,
    InstanceType,
    SubnetId,
    PrivateIpAddress,
    SecurityGroupIds,
    KeyName,
    UserData,
    BlockDeviceMappings,
    MetadataOptions,
    DisableApiTermination,
  };
}

function networkInterface({ GroupSet: Groups, ...rest }: Properties) {
  return { ...rest, Groups };
}

async function changeProfile(context: ResourceContext, InstanceId: string, Name: string | undefined) {
  const { IamInstanceProfileAssociations: [held] = [] } = await ec2(
    context,
  ).describeIamInstanceProfileAssociations({ Filters: [{ Name: "instance-id", Values: [InstanceId] }] });
  const AssociationId = held?.AssociationId;
  if (Name === undefined) {
    if (AssociationId) await ec2(context).disassociateIamInstanceProfile({ AssociationId });
  } else if (AssociationId)
    await ec2(context).replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile: { Name } });
  else await ec2(context).associateIamInstanceProfile({ InstanceId, IamInstanceProfile: { Name } });
}

async function changeStopped(
  context: ResourceContext,
  InstanceId: string,
  next: Properties,
  changed: (name: string) => boolean,
): Promise<void> {
  const api = ec2(context);
  await api.stopInstances({ InstanceIds: [InstanceId] });
  await reach(context, InstanceId, "stopped");
  if (changed("InstanceType"))
    await api.modifyInstanceAttribute({
      InstanceId,
      InstanceType: { Value: next.InstanceType ?? "m1.small" },
    });
  if (changed("UserData"))
    await api.modifyInstanceAttribute({
      InstanceId,
      UserData: { Value: Buffer.from(next.UserData ?? "", "base64") },
    });
  await api.startInstances({ InstanceIds: [InstanceId] });
  await reach(context, InstanceId, "running");
}

function reach(context: ResourceContext, id: string, state: string): Promise<void> {
  return waitUntil(context, async () => (await findInstance(context, id)).State?.Name === state);
}

async function findInstance(context: ResourceContext, id: string) {
  const { Reservations: [reservation] = [] } = await ec2(context).describeInstances({ InstanceIds: [id] });
  return reservation?.Instances?.[0] ?? {};
}
