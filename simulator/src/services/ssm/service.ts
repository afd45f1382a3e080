import type { Parameter } from "@aws-sdk/client-ssm";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { publicImages } from "../ec2/images.ts";
import { notFound, parameterOperations, type SsmState } from "./parameters.ts";

export const ssm: Definition<"ssm"> = {
  create: createSsm,
  client: "ssm",
  wires: [{ protocol: "awsJson1.1", route: "AmazonSSM" }],
};

/**
 * Maximum of one request, and size of one page. Source: GetParameters and GetParametersByPath, Systems Manager API
 * reference.
 */
const mostNames = 10;
const pageSize = 10;

const unsupported = "ValidationException";

/**
 * Parameters of Systems Manager: the account's own, and AWS's public ones with the ids of images. Source of shapes and
 * errors: API reference 2014-11-06.
 */
function createSsm(environment: Environment): Service<"ssm"> {
  const published = publicParameters(environment.region);
  const state: SsmState = { environment, own: new Map() };
  /** By name or ARN. */
  const find = (reference = ""): Parameter | undefined => {
    const name = reference.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter(?=\/)/, "");
    const own = state.own.get(name) ?? state.own.get(name.replace(/^\//, ""));
    return own?.parameter ?? published.get(name);
  };
  const all = () => [...[...state.own.values()].map(({ parameter }) => parameter), ...published.values()];
  return {
    operations: {
      ...parameterOperations(state),
      getParameter: (input) => {
        refuseUnsupported(unsupported, "GetParameter", input, ["Name", "WithDecryption"]);
        const Parameter = find(input.Name);
        if (Parameter) return { Parameter };
        throw notFound(`Parameter ${input.Name} not found.`);
      },
      getParameters: (input) => {
        refuseUnsupported(unsupported, "GetParameters", input, ["Names", "WithDecryption"]);
        const { Names = [] } = input;
        if (Names.length > mostNames)
          throw new AwsError("ValidationException", `Names has ${Names.length} items: ${mostNames} at most.`);
        return {
          Parameters: Names.flatMap((name) => find(name) ?? []),
          InvalidParameters: Names.filter((name) => !find(name)),
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
        const under = all().filter(
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

/** Publication date of the simulator's images. */
const publishedAt = new Date("2025-11-11T00:00:00Z");

function publicParameters(region: string): Map<string, Parameter> {
  const entries = publicImages(region).flatMap(({ id, parameters }) =>
    parameters.map((name): [string, Parameter] => [
      name,
      {
        Name: name,
        Type: "String",
        Value: id,
        Version: 1,
        LastModifiedDate: publishedAt,
        ARN: `arn:aws:ssm:${region}::parameter${name}`,
        DataType: "text",
      },
    ]),
  );
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
