import { isDeepStrictEqual } from "node:util";
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { createTargetPool } from "../../runtime/load-balancer/target-pool.ts";
import type { Operations } from "../api.ts";
import { defaultAttributes, targetGroupAttributes } from "./attributes.ts";
import {
  findLoadBalancer,
  findTargetGroup,
  loadBalancerArnsOf,
  newId,
  page,
  type State,
  type TargetGroupRecord,
  tagMap,
  validationError,
} from "./state.ts";
import { applyHealthCheck, readSettings } from "./target-group-settings.ts";
import type { TargetLife } from "./target-life.ts";

export function targetGroupOperations(
  environment: Environment,
  state: State,
  targets: TargetLife,
): Operations<"elbv2"> {
  const describe = (group: TargetGroupRecord): TargetGroup => ({
    TargetGroupArn: group.arn,
    ...group.settings,
    LoadBalancerArns: loadBalancerArnsOf(state, group.arn),
  });
  return {
    createTargetGroup: async (input) => {
      const settings = readSettings(input);
      await checkVpc(environment, settings.VpcId as string);
      const name = settings.TargetGroupName as string;
      const existing = [...state.targetGroups.values()].find((group) => group.name === name);
      if (existing) {
        if (isDeepStrictEqual(existing.settings, settings)) return { TargetGroups: [describe(existing)] };
        throw new AwsError(
          "DuplicateTargetGroupNameException",
          `A target group with the same name '${name}' exists, but with different settings`,
        );
      }
      const { region, accountId } = environment;
      const arn = `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/${name}/${newId()}`;
      const group: TargetGroupRecord = {
        arn,
        name,
        settings,
        attributes: defaultAttributes(targetGroupAttributes),
        tags: tagMap(input.Tags),
        targets: new Map(),
        pool: createTargetPool(),
      };
      state.targetGroups.set(arn, group);
      return { TargetGroups: [describe(group)] };
    },
    describeTargetGroups: (input) => {
      const { items, NextMarker } = page(selectGroups(state, input), input);
      return { TargetGroups: items.map(describe), NextMarker };
    },
    modifyTargetGroup: (input) => {
      const group = findTargetGroup(state, input.TargetGroupArn);
      group.settings = applyHealthCheck(group.settings, input);
      return { TargetGroups: [describe(group)] };
    },
    deleteTargetGroup: ({ TargetGroupArn = "" }) => {
      const group = state.targetGroups.get(TargetGroupArn);
      if (group === undefined) return {};
      if (loadBalancerArnsOf(state, group.arn).length > 0) {
        throw new AwsError(
          "ResourceInUseException",
          `Target group '${group.arn}' is currently in use by a listener or a rule`,
        );
      }
      targets.removeAll(group);
      state.targetGroups.delete(group.arn);
      return {};
    },
  };
}

async function checkVpc(environment: Environment, vpcId: string): Promise<void> {
  const found = await environment.aws.ec2.describeVpcs({ VpcIds: [vpcId] }).catch((error: unknown) => {
    if (error instanceof AwsError && error.code.startsWith("InvalidVpcID")) return { Vpcs: [] };
    throw error;
  });
  if (!found.Vpcs?.length) throw validationError(`The VPC ID '${vpcId}' is not found`);
}

function selectGroups(
  state: State,
  asked: { LoadBalancerArn?: string; TargetGroupArns?: string[]; Names?: string[] },
): TargetGroupRecord[] {
  const groups = [...state.targetGroups.values()];
  if (asked.LoadBalancerArn !== undefined) {
    const { arn } = findLoadBalancer(state, asked.LoadBalancerArn);
    return groups.filter((group) => loadBalancerArnsOf(state, group.arn).includes(arn));
  }
  if (asked.TargetGroupArns?.length) return asked.TargetGroupArns.map((arn) => findTargetGroup(state, arn));
  if (!asked.Names?.length) return groups;
  return asked.Names.map((name) => {
    const found = groups.find((group) => group.name === name);
    if (!found) throw new AwsError("TargetGroupNotFoundException", `Target group '${name}' not found`);
    return found;
  });
}
