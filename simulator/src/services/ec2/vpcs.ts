import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { formatCidr, parseBlock } from "./cidr.ts";
import { type FilterTable, list } from "./list.ts";
import { addRouteTable } from "./route-tables.ts";
import { addDefaultSecurityGroup } from "./security-groups.ts";
import {
  defaultVpc,
  dependencyViolation,
  type Ec2State,
  find,
  invalidValue,
  newId,
  remove,
  unsupported,
  type Vpc,
} from "./state.ts";
import { addTags, shownTags, tagsFrom, tagsOf } from "./tags.ts";
import { zoneNames } from "./zones.ts";

export function vpcOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createVpc: (input) => {
      refuseUnsupported(unsupported, "CreateVpc", input, ["CidrBlock InstanceTenancy TagSpecifications"]);
      const { CidrBlock = "", InstanceTenancy = "default", TagSpecifications } = input;
      const tags = tagsFrom(TagSpecifications, "vpc");
      const cidr = parseBlock("InvalidVpc.Range", CidrBlock);
      const vpc = addVpc(state, { cidr, tenancy: InstanceTenancy, isDefault: false, dnsHostnames: false });
      addTags(state, vpc.id, tags);
      return { Vpc: describe(state, vpc) };
    },
    createDefaultVpc: () => {
      const existing = defaultVpc(state);
      if (existing)
        throw new AwsError(
          "DefaultVpcAlreadyExists",
          `A Default VPC already exists for this account in this region: ${existing.id}.`,
        );
      return { Vpc: describe(state, addDefaultVpc(state)) };
    },
    describeVpcs: (input) => {
      const { items, NextToken } = list(state, "vpcs", input, filters(state));
      return {
        Vpcs: items.map((vpc) => ({ ...describe(state, vpc), ...shownTags(state, vpc.id) })),
        NextToken,
      };
    },
    deleteVpc: ({ VpcId }) => {
      const { id } = find(state, "vpcs", VpcId);
      const ofVpc = ({ vpcId }: { vpcId?: string | undefined }) => vpcId === id;
      const groups = [...state.securityGroups.values()].filter(ofVpc);
      const tables = [...state.routeTables.values()].filter(ofVpc);
      const main = mainAssociation(state, id);
      const used =
        [...state.subnets.values()].some(ofVpc) ||
        [...state.internetGateways.values()].some(ofVpc) ||
        [...state.vpcEndpoints.values()].some(ofVpc) ||
        groups.some(({ name }) => name !== "default") ||
        tables.some((table) => table.id !== main?.routeTableId);
      if (used) throw dependencyViolation("vpc", id);
      for (const group of groups) remove(state, "securityGroups", group.id);
      for (const table of tables) remove(state, "routeTables", table.id);
      if (main) remove(state, "associations", main.id);
      remove(state, "vpcs", id);
      return {};
    },
    describeVpcAttribute: ({ VpcId, Attribute }) => {
      const { id, dnsHostnames, dnsSupport } = find(state, "vpcs", VpcId);
      if (Attribute === "enableDnsHostnames")
        return { VpcId: id, EnableDnsHostnames: { Value: dnsHostnames } };
      if (Attribute === "enableDnsSupport") return { VpcId: id, EnableDnsSupport: { Value: dnsSupport } };
      throw invalidValue(`The simulator does not have the attribute '${Attribute}' of a VPC.`);
    },
    modifyVpcAttribute: (input) => {
      refuseUnsupported(unsupported, "ModifyVpcAttribute", input, [
        "VpcId EnableDnsHostnames EnableDnsSupport",
      ]);
      const vpc = find(state, "vpcs", input.VpcId);
      vpc.dnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.dnsHostnames;
      vpc.dnsSupport = input.EnableDnsSupport?.Value ?? vpc.dnsSupport;
      return {};
    },
  };
}

function addVpc(state: Ec2State, given: Pick<Vpc, "cidr" | "tenancy" | "isDefault" | "dnsHostnames">): Vpc {
  const vpc: Vpc = { id: newId("vpc"), dhcpOptionsId: newId("dopt"), dnsSupport: true, ...given };
  state.vpcs.set(vpc.id, vpc);
  const main = { id: newId("rtbassoc"), routeTableId: addRouteTable(state, vpc).id };
  state.associations.set(main.id, main);
  addDefaultSecurityGroup(state, vpc.id);
  return vpc;
}

/** With a public subnet in each zone. Source: Amazon VPC user guide, "Default VPC components". */
function addDefaultVpc(state: Ec2State): Vpc {
  const cidr = parseBlock("InvalidVpc.Range", "172.31.0.0/16");
  const vpc = addVpc(state, { cidr, tenancy: "default", isDefault: true, dnsHostnames: true });
  const gateway = { id: newId("igw"), vpcId: vpc.id };
  state.internetGateways.set(gateway.id, gateway);
  const table = state.routeTables.get(mainAssociation(state, vpc.id)?.routeTableId ?? "");
  table?.routes.push({ destination: "0.0.0.0/0", target: { gatewayId: gateway.id }, origin: "CreateRoute" });
  for (const [index, zone] of zoneNames(state.region).entries()) {
    const id = newId("subnet");
    const block = parseBlock("InvalidVpc.Range", `172.31.${16 * index}.0/20`);
    state.subnets.set(id, {
      id,
      vpcId: vpc.id,
      cidr: block,
      zone,
      isDefault: true,
      mapPublicIpOnLaunch: true,
    });
  }
  return vpc;
}

/** Returns the association of a VPC's main route table. */
export function mainAssociation(state: Ec2State, vpcId: string) {
  return [...state.associations.values()].find(
    ({ subnetId, routeTableId }) =>
      subnetId === undefined && state.routeTables.get(routeTableId)?.vpcId === vpcId,
  );
}

function describe(state: Ec2State, vpc: Vpc) {
  const CidrBlock = formatCidr(vpc.cidr);
  const association = {
    AssociationId: vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
    CidrBlock,
    CidrBlockState: { State: "associated" as const },
  };
  return {
    VpcId: vpc.id,
    OwnerId: state.accountId,
    CidrBlock,
    CidrBlockAssociationSet: [association],
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: vpc.tenancy,
    IsDefault: vpc.isDefault,
    State: "available" as const,
    Tags: tagsOf(state, vpc.id),
  };
}

function filters(state: Ec2State): FilterTable<Vpc> {
  return {
    "vpc-id": ({ id }) => [id],
    cidr: ({ cidr }) => [formatCidr(cidr)],
    "cidr-block-association.cidr-block": ({ cidr }) => [formatCidr(cidr)],
    state: () => ["available"],
    "is-default": ({ isDefault }) => [isDefault],
    isDefault: ({ isDefault }) => [isDefault],
    "owner-id": () => [state.accountId],
    "dhcp-options-id": ({ dhcpOptionsId }) => [dhcpOptionsId],
  };
}
