import { readFileSync } from "node:fs";
import builtIn from "./products-us-east-1.json" with { type: "json" };

/**
 * A product and its prices, as in the JSON text of each entry of GetProducts' PriceList. Source: "Reading the price
 * list files" of the Price List API's user guide.
 */
export interface PricedProduct {
  readonly serviceCode: string;
  readonly product: {
    readonly sku: string;
    readonly productFamily?: string;
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** By kind (`OnDemand`, `Reserved`), then by SKU and offer. */
  readonly terms: Readonly<Record<string, unknown>>;
  readonly publicationDate: string;
}

/** List prices of a day, for what the lab's templates use. */
export const defaultProducts = builtIn.PriceList as unknown as readonly PricedProduct[];

/**
 * Reads the output of `aws pricing get-products`, so that responses of AWS itself can be replayed. Throws an error with
 * the file and the problem in it.
 */
export function readProducts(file: string): PricedProduct[] {
  try {
    const { PriceList } = JSON.parse(readFileSync(file, "utf8")) as { PriceList?: unknown };
    if (!Array.isArray(PriceList)) throw new Error("a JSON object with the list PriceList is expected");
    return PriceList.map((entry, index) => checked(entry, `product ${index + 1}`));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function checked(entry: unknown, place: string): PricedProduct {
  // The command prints each product as JSON within a text.
  const found = (typeof entry === "string" ? JSON.parse(entry) : entry) as Partial<PricedProduct> | null;
  for (const member of ["serviceCode", "publicationDate"] as const)
    if (typeof found?.[member] !== "string") throw new Error(`${place} has no ${member}`);
  if (typeof found?.product?.sku !== "string") throw new Error(`${place} has no product with a sku`);
  for (const [name, value] of [
    ["attributes", found.product.attributes],
    ["terms", found.terms],
  ])
    if (typeof value !== "object" || value === null) throw new Error(`${place} has no ${name}`);
  return found as PricedProduct;
}

/** Returns the fields that a filter may use: attributes, and the product's own members. */
export function fieldsOf({ serviceCode, product }: PricedProduct): Record<string, string> {
  const { sku, productFamily, attributes } = product;
  return { ...attributes, sku, servicecode: serviceCode, ...(productFamily && { productFamily }) };
}
