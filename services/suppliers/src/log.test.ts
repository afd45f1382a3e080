import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, it } from "vitest";
import { describeFailure, readLogLevel } from "./log.ts";

it("the log's level is info, or LOG_LEVEL", () => {
  expect(readLogLevel({})).toBe("info");
  expect(readLogLevel({ LOG_LEVEL: "" })).toBe("info");
  expect(readLogLevel({ LOG_LEVEL: "warn" })).toBe("warn");
  expect(() => readLogLevel({ LOG_LEVEL: "verbose" })).toThrow(
    'LOG_LEVEL must be one of debug, info, warn, error, fatal; not "verbose"',
  );
});

it("a failure's description contains class, message, place and causes", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(describeFailure(new TypeError("no beans", { cause }))).toEqual({
    class: "TypeError",
    message: "no beans",
    stack: expect.stringMatching(/^TypeError: no beans\n +at .*log\.test\.ts/),
    cause: {
      class: "Error",
      code: "ECONNREFUSED",
      message: "connect ECONNREFUSED",
      stack: expect.stringContaining("at "),
    },
  });
});

it("a failure's description contains the query, but none of the values that a visitor typed", () => {
  const failure = describeFailure(
    new DrizzleQueryError("insert into `suppliers` values (?, ?)", ["O'Brien\nat home", "ob@example.com"]),
  );
  expect(failure.message).toBe("Failed query: insert into `suppliers` values (?, ?)");
  expect(JSON.stringify(failure)).not.toMatch(/O'Brien|ob@example\.com/);
});

it("a failure's description handles values that are not errors, and circular causes", () => {
  expect(describeFailure("burnt")).toEqual({ class: "string", message: "burnt" });
  const error = new Error("chicken");
  error.cause = error;
  expect(JSON.stringify(describeFailure(error))).toContain("chicken");
});
