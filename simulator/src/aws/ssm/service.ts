import type { Parameter } from "@aws-sdk/client-ssm";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { publicImages } from "../ec2/images.ts";
import { page } from "../page.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";

/** Of one request, and in one answer. Source: GetParameters and GetParametersByPath, Systems Manager API reference. */
const mostNames = 10;
const pageSize = 10;

const unsupported = "ValidationException";

/**
 * Parameters of Systems Manager that AWS itself publishes: the ids of the images that instances are started from. The
 * account's own are not kept. Source of shapes and errors: API reference 2014-11-06.
 */
export function createSsm({ region }: Environment): Service<"ssm"> {
  const parameters = publicParameters(region);
  return {
    operations: {
      getParameter: (input) => {
        refuseUnsupported(unsupported, "GetParameter", input, ["Name", "WithDecryption"]);
        const Parameter = parameters.get(input.Name ?? "");
        if (Parameter) return { Parameter };
        throw new AwsError(
          "ParameterNotFound",
          `${input.Name} was not found. The simulator has public parameters of images only, such as ${[...parameters.keys()][0]}.`,
        );
      },
      getParameters: (input) => {
        refuseUnsupported(unsupported, "GetParameters", input, ["Names", "WithDecryption"]);
        const { Names = [] } = input;
        if (Names.length > mostNames)
          throw new AwsError("ValidationException", `Names has ${Names.length} items: ${mostNames} at most.`);
        return {
          Parameters: Names.flatMap((name) => parameters.get(name) ?? []),
          InvalidParameters: Names.filter((name) => !parameters.has(name)),
        };
      },
      getParametersByPath: (input) => {
        refuseUnsupported(unsupported, "GetParametersByPath", input, [
          "Path",
          "Recursive",
          "WithDecryption",
          "MaxResults",
          "NextToken",
        ]);
        const path = `${(input.Path ?? "").replace(/(?<!\/)\/+$/, "")}/`;
        const under = [...parameters.values()].filter(
          ({ Name = "" }) =>
            Name.startsWith(path) && (input.Recursive || !Name.slice(path.length).includes("/")),
        );
        const size = input.MaxResults ?? pageSize;
        const { items, next } = page(under, { size, token: input.NextToken, code: "InvalidNextToken" });
        return { Parameters: items, NextToken: next };
      },
    },
  };
}

/** When the images were published that the simulator knows. */
const published = new Date("2025-11-11T00:00:00Z");

function publicParameters(region: string): Map<string, Parameter> {
  const entries = publicImages(region).flatMap(({ id, parameters }) =>
    parameters.map((name): [string, Parameter] => [
      name,
      {
        Name: name,
        Type: "String",
        Value: id,
        Version: 1,
        LastModifiedDate: published,
        ARN: `arn:aws:ssm:${region}::parameter${name}`,
        DataType: "text",
      },
    ]),
  );
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
