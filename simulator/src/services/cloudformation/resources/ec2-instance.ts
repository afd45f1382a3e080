import { sameValue } from "../template/value.ts";
import { ec2Tagging, tagSpecifications } from "./ec2-network.ts";
import { type Properties, physicalId, type ResourceContext, resourceType, settled } from "./resource-type.ts";

/** An instance's type and user data change in place, with a stop and a start ("Some interruptions"). */
const needingStop = ["InstanceType", "UserData"] as const;

export const instance = resourceType({
  find: findInstance,
  attributes: {
    InstanceId: physicalId,
    PrivateIp: ({ found }) => found.PrivateIpAddress,
    PublicIp: ({ found }) => found.PublicIpAddress ?? "",
    PrivateDnsName: ({ found }) => found.PrivateDnsName,
    PublicDnsName: ({ found }) => found.PublicDnsName ?? "",
    AvailabilityZone: ({ found }) => found.Placement?.AvailabilityZone,
    VpcId: ({ found }) => found.VpcId,
  },
  tagging: ec2Tagging,
  async create({ aws }, { IamInstanceProfile: Name, NetworkInterfaces, Tags, ...rest }) {
    const { Instances: [instance] = [] } = await aws.ec2.runInstances({
      ...rest,
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: Name && { Name },
      NetworkInterfaces: NetworkInterfaces?.map(({ GroupSet: Groups, ...each }: Properties) => ({
        ...each,
        Groups,
      })),
      TagSpecifications: tagSpecifications("instance", { Tags }),
    });
    return instance?.InstanceId;
  },
  stabilize: (context, id) => reach(context, id, "running"),
  async update(context, InstanceId, next, previous) {
    const { ec2 } = context.aws;
    const changed = (name: string) => !sameValue(next[name], previous[name]);
    if (changed("SecurityGroupIds"))
      await ec2.modifyInstanceAttribute({ InstanceId, Groups: next.SecurityGroupIds ?? [] });
    if (changed("MetadataOptions") && next.MetadataOptions)
      await ec2.modifyInstanceMetadataOptions({ InstanceId, ...next.MetadataOptions });
    if (changed("IamInstanceProfile")) await changeProfile(context, InstanceId, next.IamInstanceProfile);
    if (needingStop.some(changed)) await changeStopped(context, InstanceId, next);
  },
  async delete(context, id) {
    await context.aws.ec2.terminateInstances({ InstanceIds: [id] });
    await reach(context, id, "terminated");
  },
});

async function changeProfile({ aws }: ResourceContext, InstanceId: string, Name: string | undefined) {
  const { IamInstanceProfileAssociations: [held] = [] } =
    await aws.ec2.describeIamInstanceProfileAssociations({
      Filters: [{ Name: "instance-id", Values: [InstanceId] }],
    });
  const AssociationId = held?.AssociationId;
  const IamInstanceProfile = { Name };
  if (AssociationId === undefined)
    await aws.ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile });
  else if (Name === undefined) await aws.ec2.disassociateIamInstanceProfile({ AssociationId });
  else await aws.ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile });
}

async function changeStopped(
  context: ResourceContext,
  InstanceId: string,
  { InstanceType = "m1.small", UserData = "" }: Properties,
): Promise<void> {
  const { ec2 } = context.aws;
  await ec2.stopInstances({ InstanceIds: [InstanceId] });
  await reach(context, InstanceId, "stopped");
  await ec2.modifyInstanceAttribute({ InstanceId, InstanceType: { Value: InstanceType } });
  await ec2.modifyInstanceAttribute({ InstanceId, UserData: { Value: Buffer.from(UserData, "base64") } });
  await ec2.startInstances({ InstanceIds: [InstanceId] });
  await reach(context, InstanceId, "running");
}

function reach(context: ResourceContext, id: string, state: string): Promise<void> {
  return settled(context, async () => (await findInstance(context, id))?.State?.Name === state);
}

async function findInstance({ aws }: ResourceContext, id: string) {
  return (await aws.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0];
}
