import { expect, it } from "vitest";
import { readLogLevel } from "./log.ts";

it("the log's level is info, or LOG_LEVEL", () => {
  expect(readLogLevel({})).toBe("info");
  expect(readLogLevel({ LOG_LEVEL: "" })).toBe("info");
  expect(readLogLevel({ LOG_LEVEL: "warn" })).toBe("warn");
  expect(() => readLogLevel({ LOG_LEVEL: "verbose" })).toThrow(
    'LOG_LEVEL must be one of debug, info, warn, error, fatal; not "verbose"',
  );
});
