import { createHash } from "node:crypto";
import type { Image as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { Operations } from "../api.ts";
import { type Ec2State, invalidValue, unsupported } from "./state.ts";

interface PublicImage {
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly id: string; readonly alias?: string };
  readonly architecture: "x86_64" | "arm64";
  readonly rootDevice: string;
  /** Public parameters of Systems Manager that hold its id. */
  readonly parameters: readonly string[];
}

const amazon = { id: "137112412989", alias: "amazon" };
const canonical = { id: "099720109477" };
const latest = "/aws/service/ami-amazon-linux-latest";
const ubuntu = "/aws/service/canonical/ubuntu/server";

/**
 * Images that instances can be started from, as in public parameters. Source: "Reference the latest AMIs using Systems
 * Manager public parameters", EC2 user guide; Canonical's "Find Ubuntu images on AWS".
 */
const images: readonly PublicImage[] = (["x86_64", "arm64"] as const).flatMap((architecture) => {
  const debian = architecture === "x86_64" ? "amd64" : "arm64";
  return [
    {
      name: `al2023-ami-2023.9.20251110.1-kernel-6.1-${architecture}`,
      description: `Amazon Linux 2023 AMI ${architecture} HVM kernel-6.1`,
      owner: amazon,
      architecture,
      rootDevice: "/dev/xvda",
      parameters: ["default", "6.1"].map((kernel) => `${latest}/al2023-ami-kernel-${kernel}-${architecture}`),
    },
    ...[
      ["22.04", "jammy", "gp2"],
      ["24.04", "noble", "gp3"],
    ].map(([version, codename, volume]) => ({
      name: `ubuntu/images/hvm-ssd/ubuntu-${codename}-${version}-${debian}-server-20251101`,
      description: `Canonical, Ubuntu, ${version} LTS, ${debian} ${codename} image`,
      owner: canonical,
      architecture,
      rootDevice: "/dev/sda1",
      parameters: [`${ubuntu}/${version}/stable/current/${debian}/hvm/ebs-${volume}/ami-id`],
    })),
  ];
});

export interface FoundImage extends PublicImage {
  readonly id: string;
}

/** An image has a different id in every region, and the same one in every simulator. */
export function publicImages(region: string): FoundImage[] {
  return images.map((image) => ({ ...image, id: `ami-${hash(`${region}/${image.name}`)}` }));
}

/** Throws InvalidAMIID.NotFound, which states where to find ids of images. */
export function findImage(state: Ec2State, id = ""): FoundImage {
  const image = publicImages(state.region).find((each) => each.id === id);
  if (image) return image;
  throw new AwsError(
    "InvalidAMIID.NotFound",
    `The image id '[${id}]' does not exist. The simulator has the images of Systems Manager's public parameters, such as ${images[0]?.parameters[0]}.`,
  );
}

export function imageOperations(state: Ec2State): Operations<"ec2"> {
  return {
    describeImages: (input) => {
      refuseUnsupported(unsupported, "DescribeImages", input, ["ImageIds", "Owners", "Filters"]);
      const { ImageIds, Owners, Filters = [] } = input;
      const found = ImageIds?.map((id) => findImage(state, id)) ?? publicImages(state.region);
      const owned = found.filter(({ owner }) =>
        (Owners ?? [owner.id]).some((each) => each === owner.id || each === owner.alias),
      );
      const matching = owned.filter((image) =>
        Filters.every(({ Name = "", Values = [] }) => Values.some((value) => matches(image, Name, value))),
      );
      return { Images: matching.map(describe) };
    },
  };
}

const members: Readonly<Record<string, (image: FoundImage) => string | undefined>> = {
  "image-id": ({ id }) => id,
  name: ({ name }) => name,
  architecture: ({ architecture }) => architecture,
  "owner-id": ({ owner }) => owner.id,
  "owner-alias": ({ owner }) => owner.alias,
  state: () => "available",
  "root-device-type": () => "ebs",
  "virtualization-type": () => "hvm",
  "is-public": () => "true",
};

function matches(image: FoundImage, filter: string, value: string): boolean {
  const member = members[filter];
  if (!member)
    throw invalidValue(`The filter '${filter}' is invalid. Supported: ${Object.keys(members).join(", ")}.`);
  return compileWildcard(value)(member(image) ?? "");
}

function describe(image: FoundImage): Description {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    OwnerId: image.owner.id,
    ImageOwnerAlias: image.owner.alias,
    Architecture: image.architecture,
    State: "available",
    Public: true,
    ImageType: "machine",
    RootDeviceType: "ebs",
    RootDeviceName: image.rootDevice,
    VirtualizationType: "hvm",
    PlatformDetails: "Linux/UNIX",
    BlockDeviceMappings: [
      { DeviceName: image.rootDevice, Ebs: { VolumeSize: 8, DeleteOnTermination: true } },
    ],
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 17);
}
