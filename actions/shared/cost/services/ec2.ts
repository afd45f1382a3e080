import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { Failure } from "../../failure.ts";
import {
  type Bill,
  type CostLine,
  type CostWorld,
  costLine,
  monthFraction,
  nameOf,
  ofType,
} from "../cost-line.ts";
import { idsAfter } from "../price-list.ts";
import { isTrueAt, itemsAt, numberAt, refuseProperty, targetAt, textAt } from "../properties.ts";
import { billDataOut } from "./data-transfer.ts";

export const billInstance: Bill = (instance, world) => {
  const { hours } = world.usage;
  return [
    billHours(instance, world, hours),
    ...billVolumes(instance, world),
    ...(isPublic(instance, world) ? [costLine(world, instance, "public-ipv4", hours, `${hours} h`)] : []),
    ...billAnswers(instance, world),
  ];
};

/** The IDE itself is free; its instance stops when nobody works, its volume stays. */
export const billWorkstation: Bill = (workstation, world) => {
  const { workstationHours: hours, workstationVolumeGb: gb } = world.usage;
  return [
    billHours(workstation, world, hours),
    costLine(world, workstation, "ebs-gp2", gb, `${gb} GB`),
    costLine(world, workstation, "public-ipv4", hours, `${hours} h, while it runs`),
  ];
};

function billHours(resource: EvaluatedResource, world: CostWorld, hours: number): CostLine {
  const type = textAt(resource, "InstanceType") ?? "";
  const known = idsAfter(world.priceList, "ec2-");
  if (known.includes(type)) return costLine(world, resource, `ec2-${type}`, hours, `${hours} h`);
  throw new Failure(
    `${nameOf(resource)} has the instance type ${type || "(none)"}, which is not in the price list; the list has ${known.join(", ")}`,
    { nextStep: "choose one of these, or add its price to the price list." },
  );
}

function billVolumes(instance: EvaluatedResource, world: CostWorld): CostLine[] {
  const month = monthFraction(world.usage);
  const { instanceVolumeGb } = world.usage;
  const volumes = itemsAt(instance, "BlockDeviceMappings").map((_, index) => {
    const path = `BlockDeviceMappings.${index}.Ebs`;
    const type = textAt(instance, `${path}.VolumeType`) ?? "gp2";
    if (!["gp2", "gp3"].includes(type)) refuseProperty(instance, `${path}.VolumeType`, type);
    return { type, gb: numberAt(instance, `${path}.VolumeSize`) ?? instanceVolumeGb };
  });
  const all = volumes.length > 0 ? volumes : [{ type: "gp3", gb: instanceVolumeGb }];
  return all.map(({ type, gb }) =>
    costLine(
      world,
      instance,
      `ebs-${type}`,
      gb * month,
      month < 1 ? `${gb} GB × part of a month` : `${gb} GB`,
    ),
  );
}

/** Uses the instance's own setting, else its subnet's; a subnet outside of the set counts as public. */
function isPublic(instance: EvaluatedResource, world: CostWorld): boolean {
  const [card] = itemsAt(instance, "NetworkInterfaces");
  const path = "NetworkInterfaces.0.AssociatePublicIpAddress";
  if (card !== undefined && textAt(instance, path) !== undefined) return isTrueAt(instance, path);
  const place = card === undefined ? "SubnetId" : "NetworkInterfaces.0.SubnetId";
  const subnet = targetAt(instance, place, world.resources);
  return subnet === undefined || isTrueAt(subnet, "MapPublicIpOnLaunch");
}

/** Without a load balancer in the set, the instances send the responses. */
function billAnswers(instance: EvaluatedResource, world: CostWorld): CostLine[] {
  if (ofType(world, "AWS::ElasticLoadBalancingV2::LoadBalancer").length > 0) return [];
  return [billDataOut(instance, world, 1 / ofType(world, "AWS::EC2::Instance").length)];
}
