import type { IamInstanceProfileAssociation, IamInstanceProfileSpecification } from "@aws-sdk/client-ec2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type Ec2State, find, type Instance, invalidValue, newId, unsupported } from "./state.ts";

/** Returns IAM's profile of a request. Throws InvalidParameterValue if it does not exist. */
export async function findProfile(
  { aws }: Environment,
  { Arn, Name }: IamInstanceProfileSpecification,
): Promise<{ arn: string; id: string }> {
  if ((Arn === undefined) === (Name === undefined))
    throw new AwsError(
      "InvalidParameterCombination",
      "Give either the ARN or the name of an instance profile.",
    );
  const InstanceProfileName = Name ?? Arn?.split("/").at(-1);
  const { InstanceProfile } = await aws.iam
    .getInstanceProfile({ InstanceProfileName })
    .catch(() => ({ InstanceProfile: undefined }));
  if (!InstanceProfile || (Arn !== undefined && InstanceProfile.Arn !== Arn))
    throw invalidValue(
      Name === undefined
        ? `Value (${Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`
        : `Value (${Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
  return { arn: InstanceProfile.Arn ?? "", id: InstanceProfile.InstanceProfileId ?? "" };
}

export function instanceProfileOperations(state: Ec2State, environment: Environment): Operations<"ec2"> {
  const byAssociation = (id: string | undefined): Instance => {
    const instance = [...state.instances.values()].find(({ profile }) => profile?.associationId === id);
    if (id !== undefined && instance) return instance;
    throw new AwsError("NoSuchAssociation", `An association was not found with the ID ${id}`);
  };
  const give = async (instance: Instance, specification: IamInstanceProfileSpecification = {}) => {
    const profile = await findProfile(environment, specification);
    instance.profile = { associationId: newId("iip-assoc"), ...profile };
    return { IamInstanceProfileAssociation: describe(instance) };
  };
  return {
    associateIamInstanceProfile: async ({ InstanceId, IamInstanceProfile }) => {
      const instance = find(state, "instances", InstanceId);
      if (instance.profile)
        throw new AwsError("IncorrectState", `There is an existing association for instance ${instance.id}`);
      return await give(instance, IamInstanceProfile);
    },
    replaceIamInstanceProfileAssociation: async ({ AssociationId, IamInstanceProfile }) =>
      await give(byAssociation(AssociationId), IamInstanceProfile),
    disassociateIamInstanceProfile: ({ AssociationId }) => {
      const instance = byAssociation(AssociationId);
      const IamInstanceProfileAssociation = { ...describe(instance), State: "disassociating" as const };
      instance.profile = undefined;
      return { IamInstanceProfileAssociation };
    },
    describeIamInstanceProfileAssociations: (input) => {
      refuseUnsupported(unsupported, "DescribeIamInstanceProfileAssociations", input, [
        "AssociationIds Filters",
      ]);
      const { AssociationIds, Filters = [] } = input;
      const other = Filters.find(({ Name }) => Name !== "instance-id");
      if (other) throw invalidValue(`The filter '${other.Name}' is invalid. Supported: instance-id.`);
      const associated = [...state.instances.values()].filter(
        ({ id, profile }) =>
          profile !== undefined &&
          (AssociationIds?.includes(profile.associationId) ?? true) &&
          Filters.every(({ Values = [] }) => Values.includes(id)),
      );
      return { IamInstanceProfileAssociations: associated.map(describe) };
    },
  };
}

function describe({ id, profile }: Instance): IamInstanceProfileAssociation {
  return {
    AssociationId: profile?.associationId,
    InstanceId: id,
    IamInstanceProfile: { Arn: profile?.arn, Id: profile?.id },
    State: "associated",
  };
}
