import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { Failure } from "../../core/failure.ts";
import {
  type Bill,
  type CostContext,
  type CostLine,
  lineOf,
  monthFraction,
  nameOf,
  ofType,
} from "../cost-line.ts";
import { idsAfter } from "../price-list.ts";
import { isTrueAt, itemsAt, numberAt, refuseProperty, targetAt, textAt } from "../properties.ts";
import { billDataOut } from "./network.ts";

const billInstance: Bill = (instance, context, line) => {
  const { hours } = context.usage;
  return [
    billHours(instance, context, hours),
    ...billVolumes(instance, context),
    ...(isPublic(instance, context) ? [line("public-ipv4", hours, `${hours} h`)] : []),
    ...billAnswers(instance, context),
  ];
};

/** The IDE itself is free; its instance stops when it is idle, its volume stays. */
const billWorkstation: Bill = (workstation, context, line) => {
  const { workstationHours: hours, workstationVolumeGb: gb } = context.usage;
  return [
    billHours(workstation, context, hours),
    line("ebs-gp2", gb, `${gb} GB`),
    line("public-ipv4", hours, `${hours} h, while it runs`),
  ];
};

function billHours(resource: EvaluatedResource, context: CostContext, hours: number): CostLine {
  const type = textAt(resource, "InstanceType") ?? "";
  const known = idsAfter(context.priceList, "ec2-");
  if (known.includes(type)) return lineOf(context, resource)(`ec2-${type}`, hours, `${hours} h`);
  throw new Failure(
    `${nameOf(resource)} has the instance type ${type || "(none)"}, which is not in the price list; the list has ${known.join(", ")}`,
    { nextStep: "choose one of these, or leave this template out of the file of parameters." },
  );
}

function billVolumes(instance: EvaluatedResource, context: CostContext): CostLine[] {
  const line = lineOf(context, instance);
  const month = monthFraction(context.usage);
  const { instanceVolumeGb } = context.usage;
  const volumes = itemsAt(instance, "BlockDeviceMappings").map((_, index) => {
    const path = `BlockDeviceMappings.${index}.Ebs`;
    const type = textAt(instance, `${path}.VolumeType`) ?? "gp2";
    if (!["gp2", "gp3"].includes(type)) refuseProperty(instance, `${path}.VolumeType`, type);
    return { type, gb: numberAt(instance, `${path}.VolumeSize`) ?? instanceVolumeGb };
  });
  const all = volumes.length > 0 ? volumes : [{ type: "gp3", gb: instanceVolumeGb }];
  return all.map(({ type, gb }) =>
    line(`ebs-${type}`, gb * month, month < 1 ? `${gb} GB × part of a month` : `${gb} GB`),
  );
}

/** Uses the instance's own setting, else its subnet's; a subnet outside of the set counts as public. */
function isPublic(instance: EvaluatedResource, context: CostContext): boolean {
  const [card] = itemsAt(instance, "NetworkInterfaces");
  const path = "NetworkInterfaces.0.AssociatePublicIpAddress";
  if (card !== undefined && textAt(instance, path) !== undefined) return isTrueAt(instance, path);
  const place = card === undefined ? "SubnetId" : "NetworkInterfaces.0.SubnetId";
  const subnet = targetAt(instance, place, context.resources);
  return subnet === undefined || isTrueAt(subnet, "MapPublicIpOnLaunch");
}

/** Without a load balancer in the set, the instances send the responses. */
function billAnswers(instance: EvaluatedResource, context: CostContext): CostLine[] {
  if (ofType(context, "AWS::ElasticLoadBalancingV2::LoadBalancer").length > 0) return [];
  return [billDataOut(instance, context, 1 / ofType(context, "AWS::EC2::Instance").length)];
}

export const ec2Bills = {
  instance: billInstance,
  workstation: billWorkstation,
};
