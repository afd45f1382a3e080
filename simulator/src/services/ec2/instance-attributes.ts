import type { ModifyInstanceAttributeCommandInput } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { findImage } from "./images.ts";
import { checkInstanceType, checkUserData, parseMetadata, securityGroupsFor } from "./instance-settings.ts";
import { instanceState } from "./instance-state.ts";
import { type Ec2State, find, type Instance, invalidValue, unsupported } from "./state.ts";

export function instanceAttributeOperations(state: Ec2State): Service<"ec2">["operations"] {
  return {
    modifyInstanceAttribute: (input) => {
      refuseUnsupported(unsupported, "ModifyInstanceAttribute", input, [
        "InstanceId",
        "InstanceType",
        "UserData",
        "Groups",
        "DisableApiTermination",
      ]);
      modify(state, find(state, "instances", input.InstanceId), input);
      return {};
    },
    describeInstanceAttribute: ({ InstanceId, Attribute }) => {
      const instance = find(state, "instances", InstanceId);
      const answers: Readonly<Record<string, object>> = {
        instanceType: { InstanceType: { Value: instance.type } },
        userData: { UserData: { Value: instance.userData } },
        disableApiTermination: { DisableApiTermination: { Value: instance.terminationProtection } },
        groupSet: { Groups: instance.securityGroupIds.map((GroupId) => ({ GroupId })) },
      };
      const answer = answers[Attribute ?? ""];
      if (answer) return { InstanceId, ...answer };
      throw invalidValue(
        `Value (${Attribute}) for parameter attribute is invalid. Supported: ${Object.keys(answers).join(", ")}.`,
      );
    },
    modifyInstanceMetadataOptions: ({ InstanceId, ...options }) => {
      const instance = find(state, "instances", InstanceId);
      instance.metadata = parseMetadata(options, instance.metadata);
      return { InstanceId };
    },
    monitorInstances: ({ InstanceIds }) => monitor(state, InstanceIds, true),
    unmonitorInstances: ({ InstanceIds }) => monitor(state, InstanceIds, false),
  };
}

function modify(state: Ec2State, instance: Instance, input: ModifyInstanceAttributeCommandInput): void {
  if (input.InstanceType !== undefined || input.UserData !== undefined) refuseRunning(state, instance);
  if (input.InstanceType !== undefined)
    instance.type = checkInstanceType(findImage(state, instance.imageId), input.InstanceType.Value);
  // The SDK's type is bytes; on the wire it is base64 text of them.
  if (input.UserData !== undefined) instance.userData = checkUserData(base64(input.UserData.Value));
  if (input.Groups !== undefined)
    instance.securityGroupIds = securityGroupsFor(state, instance.vpcId, input.Groups);
  instance.terminationProtection = input.DisableApiTermination?.Value ?? instance.terminationProtection;
}

function base64(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("base64");
}

function refuseRunning(state: Ec2State, instance: Instance): void {
  if (instanceState(state, instance) !== "stopped")
    throw new AwsError(
      "IncorrectInstanceState",
      `The instance '${instance.id}' is not in the 'stopped' state.`,
    );
}

function monitor(state: Ec2State, ids: readonly string[] = [], monitoring: boolean) {
  const instances = ids.map((id) => find(state, "instances", id));
  for (const instance of instances) instance.monitoring = monitoring;
  const State: "enabled" | "disabled" = monitoring ? "enabled" : "disabled";
  return { InstanceMonitorings: instances.map(({ id }) => ({ InstanceId: id, Monitoring: { State } })) };
}
