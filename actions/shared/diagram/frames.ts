import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { Reference } from "../cloudformation/values.ts";
import { type DiagramGroup, idOf } from "./diagram.ts";
import type { Place } from "./drawing.ts";
import type { DrawnResources } from "./drawn-resources.ts";
import { drawnTypes, titleOf } from "./drawn-types.ts";
import { nameOfExisting, type Subnet, subnetOf, subnetsAt } from "./subnets.ts";

const vpcType = "AWS::EC2::VPC";

/** The frames of a diagram, each created for its first resource. */
export class Frames {
  readonly #resources: DrawnResources;
  readonly #frames = new Map<string, DiagramGroup>();
  readonly #subnets = new Map<string, Map<string, Subnet>>();

  constructor(resources: DrawnResources, region: string) {
    this.#resources = resources;
    this.#add({ id: "account", parent: undefined, kind: "account", title: `AWS, ${region}`, details: [] });
    for (const resource of resources.all) if (isFrame(resource)) this.of(resource);
  }

  /** Returns each frame after the one that it is in. */
  all(): DiagramGroup[] {
    return [...this.#frames.values()].map((frame) => {
      const subnets = [...(this.#subnets.get(frame.id)?.values() ?? [])];
      return subnets.length === 0 ? frame : { ...frame, details: describeSubnets(subnets) };
    });
  }

  /** Returns the frame of a resource that is a frame itself. */
  of(resource: EvaluatedResource): string {
    const drawing = drawnTypes[resource.type];
    if (drawing?.as !== "group") throw new Error(`${resource.type} is not a frame`);
    if (drawing.kind === "subnets") return this.#aroundSubnets([subnetOf(resource, this.#resources)]);
    const id = idOf(resource);
    if (this.#frames.has(id)) return id;
    const title = `${drawing.service} ${titleOf(resource, this.#resources)}`;
    const parent = this.around(resource, drawing.place);
    return this.#add({ id, parent, kind: drawing.kind, title, details: [] });
  }

  /** Returns the frame that a resource of this place is in. */
  around(resource: EvaluatedResource, place: Place): string {
    const partOf = [
      ...(place.within ? this.#resources.targetsAt(resource, place.within, frameTypes) : []),
      ...(place.withinOf?.(resource, this.#resources) ?? []),
    ];
    if (partOf[0]) return this.of(partOf[0]);
    const subnets = this.subnetsOf(resource, place);
    if (subnets.length > 0) return this.#aroundSubnets(subnets);
    const [beside] = place.beside?.(resource, this.#resources) ?? [];
    const drawing = beside && drawnTypes[beside.type];
    if (beside && drawing?.as === "node") return this.around(beside, drawing.place);
    const vpc = place.vpc ? this.#resources.valuesAt(resource, place.vpc)[0] : undefined;
    if (vpc !== undefined) return this.#vpc(vpc);
    return place.area ? this.#area(place.area) : "account";
  }

  /** Returns the frame of existing resources with unknown subnets: their VPC, if there is one. */
  ofExisting(): string {
    return [...this.#frames.values()].find(({ kind }) => kind === "vpc")?.id ?? "account";
  }

  subnetsOf(resource: EvaluatedResource, place: Place): Subnet[] {
    const members = place.aroundOf?.(resource, this.#resources) ?? [];
    const ofMembers = members.flatMap((member) => {
      const drawing = drawnTypes[member.type];
      return drawing?.as === "node" ? this.subnetsOf(member, drawing.place) : [];
    });
    const paths = [place.subnets ?? []].flat();
    return [...ofMembers, ...paths.flatMap((path) => subnetsAt(resource, path, this.#resources))];
  }

  /** Returns the titles of a frame's subnets; empty when it is no frame of subnets. */
  subnetTitles(frame: string): string[] {
    return [...(this.#subnets.get(frame)?.values() ?? [])].map(({ title }) => title);
  }

  /** Subnets of one kind share a frame; a resource in several kinds is in the VPC. */
  #aroundSubnets(subnets: readonly Subnet[]): string {
    const frames = new Set(subnets.map((subnet) => this.#subnetFrame(subnet)));
    const [frame = "account"] = frames;
    return frames.size === 1 ? frame : (this.#frames.get(frame)?.parent ?? "account");
  }

  #subnetFrame(subnet: Subnet): string {
    const parent = this.#vpc(subnet.vpc);
    const id = `${parent}/${subnet.kind}`;
    if (!this.#frames.has(id))
      this.#add({ id, parent, kind: subnet.kind, title: subnetTitle[subnet.kind], details: [] });
    const known = this.#subnets.get(id) ?? new Map<string, Subnet>();
    this.#subnets.set(id, known.set(subnet.id, subnet));
    return id;
  }

  /** Returns the VPC's frame. An existing subnet has the only VPC there is. */
  #vpc(value: unknown): string {
    const found = value instanceof Reference ? this.#resources.find(value) : undefined;
    if (found?.type === vpcType) return this.of(found);
    const name = typeof value === "string" ? value : (existingVpc(this.#resources) ?? "");
    const id = `vpc ${name}`;
    if (this.#frames.has(id)) return id;
    const title = `VPC ${nameOfExisting(name)}`.trim();
    return this.#add({ id, parent: "account", kind: "vpc", title, details: ["exists already"] });
  }

  #area(area: string): string {
    if (this.#frames.has(area)) return area;
    return this.#add({ id: area, parent: "account", kind: "area", title: area, details: [] });
  }

  #add(frame: DiagramGroup): string {
    this.#frames.set(frame.id, frame);
    return frame.id;
  }
}

const subnetTitle: { readonly [kind in Subnet["kind"]]: string } = {
  "public-subnets": "Public subnets",
  "private-subnets": "Private subnets",
  subnets: "Subnets",
};

const frameTypes = Object.keys(drawnTypes).filter((type) => drawnTypes[type]?.as === "group");

function isFrame({ type }: EvaluatedResource): boolean {
  return frameTypes.includes(type);
}

function existingVpc(resources: DrawnResources): string | undefined {
  const named = resources.all.flatMap((resource) => resources.textsAt(resource, "VpcId"));
  return new Set(named).size === 1 ? named[0] : undefined;
}

function describeSubnets(subnets: readonly Subnet[]): string[] {
  const zones = new Set(subnets.map(({ zone }) => zone).filter((zone) => zone !== undefined)).size;
  const names = subnets.map(({ title }) => title).join(", ");
  return [zones > 1 ? `${names} in ${zones} availability zones` : names];
}
