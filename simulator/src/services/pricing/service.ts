import type { Filter } from "@aws-sdk/client-pricing";
import type { Environment } from "../../environment.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { fieldsOf, type PricedProduct } from "./products.ts";

export const pricing: Definition<"pricing"> = {
  create: createPricing,
  client: "pricing",
  wires: [{ protocol: "awsJson1.1", route: "AWSPriceListService" }],
  invalidValue: "InvalidParameterException",
  isGlobal: true,
};

/** The only supported version. */
const formatVersion = "aws_v1";
const unusable = "InvalidParameterException";

/** The prices that the simulator was started with, searched as in the Price List API. */
function createPricing({ products }: Environment): Service<"pricing"> {
  const services = Map.groupBy(products, ({ serviceCode }) => serviceCode);
  const of = (code: string | undefined) => services.get(code ?? "") ?? refuseService(code, services);
  return {
    operations: {
      getProducts(input) {
        const filters = input.Filters ?? [];
        refuseBroken(unusable, [["formatVersion", input.FormatVersion, { values: [formatVersion] }]]);
        refuseOtherFilters(filters);
        const found = of(input.ServiceCode).filter((product) => matches(product, filters));
        const { items, NextToken } = page(found, input);
        return {
          PriceList: items.map((product) => JSON.stringify(product)),
          FormatVersion: formatVersion,
          NextToken,
        };
      },
    },
  };
}

const page = pager({
  size: "MaxResults",
  token: "NextToken",
  standard: 100,
  code: "InvalidNextTokenException",
  invalid: unusable,
});

function matches(product: PricedProduct, filters: readonly Filter[]): boolean {
  const fields = fieldsOf(product);
  return filters.every(({ Field = "", Value }) => fields[Field] === Value);
}

function refuseOtherFilters(filters: readonly Filter[]): void {
  for (const { Type } of filters)
    if (Type !== "TERM_MATCH" && Type !== "EQUALS")
      throw new AwsError(
        unusable,
        `The simulator does not support filters of type ${Type}. Supported types: TERM_MATCH, EQUALS.`,
      );
}

function refuseService(code: string | undefined, services: ReadonlyMap<string, unknown>): never {
  const known = [...services.keys()].sort().join(", ") || "none";
  throw new AwsError(unusable, `There are no prices of the service ${code}. Services with prices: ${known}.`);
}
