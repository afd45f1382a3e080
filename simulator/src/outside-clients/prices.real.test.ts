import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseArguments } from "../command.ts";
import { defaultProducts } from "../services/pricing/products.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { awsCli, run } from "./programs.support.ts";

it("the AWS CLI pages through products, and its output is replayed", async () => {
  const simulator = await startRealSimulator();
  const folder = await mkdtemp(join(tmpdir(), "prices-test-"));
  try {
    const request = ["pricing", "get-products", "--service-code", "AmazonRDS", "--page-size", "1"];
    const printed = await run(awsCli, [...request, "--output", "json"], {
      variables: simulator.environmentVariables,
    });
    const file = join(folder, "printed.json");
    await writeFile(file, printed);
    const played = parseArguments(["--prices", file]).products;
    expect(played).toEqual(defaultProducts.filter(({ serviceCode }) => serviceCode === "AmazonRDS"));
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true });
  }
});
