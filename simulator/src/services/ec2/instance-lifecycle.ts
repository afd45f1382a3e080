import type { InstanceStateName, ModifyInstanceAttributeCommandInput } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { elasticIpOf, freePoolAddress } from "./addresses.ts";
import { findImage } from "./images.ts";
import {
  checkInstanceType,
  checkUserData,
  describeState,
  instanceState,
  parseMetadata,
  securityGroupsFor,
} from "./instance-settings.ts";
import { type Ec2State, find, type Instance, type InstancePhase, unsupported } from "./state.ts";

export function instanceLifecycleOperations(state: Ec2State): Operations<"ec2"> {
  /** All of them or none: all are checked before the first is changed. */
  const change = (
    ids: readonly string[] = [],
    check: (instance: Instance) => void,
    act: (instance: Instance) => void,
  ) => {
    const instances = ids.map((id) => find(state, "instances", id));
    for (const instance of instances) check(instance);
    return instances.map((instance) => {
      const PreviousState = describeState(instanceState(state, instance));
      act(instance);
      const CurrentState = describeState(instanceState(state, instance));
      return { InstanceId: instance.id, PreviousState, CurrentState };
    });
  };
  const go = (instance: Instance, goal: InstancePhase["goal"], code?: string) => {
    if (instance.phase.goal === goal) return;
    const since = state.now();
    const message = `User initiated (${since.toISOString().slice(0, 19).replace("T", " ")} GMT)`;
    instance.phase = { goal, since, ...(code ? { reason: { code, message } } : {}) };
  };
  return {
    startInstances: (input) => {
      refuseUnsupported(unsupported, "StartInstances", input, ["InstanceIds"]);
      const check = allow(state, ["stopped", "running", "pending"], "started");
      const StartingInstances = change(input.InstanceIds, check, (instance) => {
        if (instance.phase.goal === "running") return;
        instance.launchedAt = state.now();
        const hasElastic = elasticIpOf(state, instance.id) !== undefined;
        instance.publicIp = instance.wantsPublicIp && !hasElastic ? freePoolAddress(state) : undefined;
        go(instance, "running");
      });
      return { StartingInstances };
    },
    stopInstances: (input) => {
      refuseUnsupported(unsupported, "StopInstances", input, ["InstanceIds", "Force"]);
      const check = allow(state, ["running", "stopping", "stopped"], "stopped");
      const StoppingInstances = change(input.InstanceIds, check, (instance) => {
        go(instance, "stopped", "Client.UserInitiatedShutdown");
        instance.publicIp = undefined;
      });
      return { StoppingInstances };
    },
    terminateInstances: (input) => {
      refuseUnsupported(unsupported, "TerminateInstances", input, ["InstanceIds"]);
      const TerminatingInstances = change(
        input.InstanceIds,
        () => {},
        (instance) => {
          go(instance, "terminated", "Client.UserInitiatedShutdown");
          instance.publicIp = undefined;
          const elastic = elasticIpOf(state, instance.id);
          if (elastic) elastic.association = undefined;
        },
      );
      return { TerminatingInstances };
    },
  };
}

function allow(state: Ec2State, states: readonly InstanceStateName[], verb: string) {
  return (instance: Instance) => {
    if (!states.includes(instanceState(state, instance)))
      throw new AwsError(
        "IncorrectInstanceState",
        `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
      );
  };
}

export function instanceAttributeOperations(state: Ec2State): Operations<"ec2"> {
  return {
    modifyInstanceAttribute: (input) => {
      refuseUnsupported(unsupported, "ModifyInstanceAttribute", input, [
        "InstanceId InstanceType UserData Groups",
      ]);
      modify(state, find(state, "instances", input.InstanceId), input);
      return {};
    },
    modifyInstanceMetadataOptions: ({ InstanceId, ...options }) => {
      const instance = find(state, "instances", InstanceId);
      instance.metadata = parseMetadata(options, instance.metadata);
      return { InstanceId };
    },
  };
}

function modify(state: Ec2State, instance: Instance, input: ModifyInstanceAttributeCommandInput): void {
  if (input.InstanceType !== undefined || input.UserData !== undefined) refuseRunning(state, instance);
  if (input.InstanceType !== undefined)
    instance.type = checkInstanceType(findImage(state, instance.imageId), input.InstanceType.Value);
  // The SDK's type is bytes; on the wire it is base64 text of them.
  if (input.UserData !== undefined) checkUserData(base64(input.UserData.Value));
  if (input.Groups !== undefined)
    instance.securityGroupIds = securityGroupsFor(state, instance.vpcId, input.Groups);
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
