import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type Ec2State, invalidValue, unsupported } from "./state.ts";

/** us-east-1 has six zones; other regions have at least three, which is what they get here. */
export function zoneNames(region: string): string[] {
  return [...(region === "us-east-1" ? "abcdef" : "abc")].map((letter) => `${region}${letter}`);
}

/** `use1-az1` for us-east-1a: the real mapping of names to ids differs by account. */
export function zoneId(zone: string): string {
  const [area = "", compass = "", rest = ""] = zone.split("-");
  const direction = compass.replace(/(north|south)?(east|west|central)?/, (_, a = "", b = "") =>
    [a, b].map((word: string) => word.slice(0, 1)).join(""),
  );
  return `${area}${direction}${rest.slice(0, -1)}-az${rest.charCodeAt(rest.length - 1) - 96}`;
}

export function zoneOperations({ region }: Ec2State): Operations<"ec2"> {
  return {
    describeAvailabilityZones: (input) => {
      refuseUnsupported(unsupported, "DescribeAvailabilityZones", input, ["ZoneNames", "Filters"]);
      const unknown = input.ZoneNames?.find((name) => !zoneNames(region).includes(name));
      if (unknown !== undefined) throw invalidValue(`Invalid availability zone: [${unknown}]`);
      const zones = (input.ZoneNames ?? zoneNames(region)).map((ZoneName) => ({
        ZoneName,
        ZoneId: zoneId(ZoneName),
        RegionName: region,
        State: "available" as const,
        OptInStatus: "opt-in-not-required" as const,
        GroupName: `${region}-zg-1`,
        NetworkBorderGroup: region,
        ZoneType: "availability-zone",
        Messages: [],
      }));
      const members = {
        "zone-name": "ZoneName",
        "zone-id": "ZoneId",
        "region-name": "RegionName",
        state: "State",
      };
      const matching = zones.filter((zone) =>
        (input.Filters ?? []).every(({ Name = "", Values = [] }) => {
          const member = members[Name as keyof typeof members] as keyof typeof zone | undefined;
          if (!member)
            throw invalidValue(
              `The filter '${Name}' is invalid. Supported: ${Object.keys(members).join(", ")}.`,
            );
          return Values.includes(String(zone[member]));
        }),
      );
      return { AvailabilityZones: matching };
    },
  };
}
