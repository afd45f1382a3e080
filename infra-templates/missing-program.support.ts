import { expect, type TestContext } from "vitest";

/** Where changes are judged, a witness may not be missing; on somebody's own machine the report names it. */
export function missingProgram(name: string, skip: TestContext["skip"]): never {
  const sentence = `${name} is missing: pipx install '${name === "moto_server" ? "moto[server]" : name}'`;
  if (process.env.CI) expect.fail(sentence);
  skip(sentence);
  throw new Error(sentence);
}
