import { describe, expect, it } from "vitest";
import {
  DatabaseUnavailable,
  isConnectionUsable,
  isDatabaseUnreachable,
  isRefusedByDatabase,
  isRepeatable,
} from "./database-failure.ts";

const failure = (facts: object) => Object.assign(new Error("it failed"), facts);

describe("a request whose query failed", () => {
  it.each([
    ["by a refused connection", { code: "ECONNREFUSED" }, 503],
    ["by a name that cannot be resolved at the moment", { code: "EAI_AGAIN" }, 503],
    ["by a connection that ended", { code: "PROTOCOL_CONNECTION_LOST", fatal: true }, 503],
    ["by an error of the driver that ends the connection", { code: "PROTOCOL_ERROR", fatal: true }, 503],
    ["because the server has too many connections", { code: "ER_CON_COUNT_ERROR", errno: 1040 }, 503],
    ["because the server shuts down", { code: "ER_SERVER_SHUTDOWN", errno: 1053 }, 503],
    ["because an administrator ended the connection", { code: undefined, errno: 1927 }, 503],
    ["because another holds the lock", { code: "ER_LOCK_WAIT_TIMEOUT", errno: 1205 }, 503],
    ["because of a deadlock", { code: "ER_LOCK_DEADLOCK", errno: 1213 }, 503],
    ["because it took too long for MySQL", { code: "ER_QUERY_TIMEOUT", errno: 3024 }, 503],
    ["because it took too long for MariaDB", { code: undefined, errno: 1969 }, 503],
    ["because it was interrupted", { code: "ER_QUERY_INTERRUPTED", errno: 1317 }, 503],
    ["because the server is read-only during a failover", { code: "ER_OPTION_PREVENTS_STATEMENT" }, 503],
    ["because the server was set to read-only", { code: "ER_READ_ONLY_MODE", errno: 1836 }, 503],
    ["by a missing table", { code: "ER_NO_SUCH_TABLE", errno: 1146 }, 500],
    ["by an error in the SQL", { code: "ER_PARSE_ERROR", errno: 1064 }, 500],
    ["by a value that is too long", { code: "ER_DATA_TOO_LONG", errno: 1406 }, 500],
    ["by a bug of the service", {}, 500],
  ])("%s gets %s", (_, facts, status) => {
    const wrapped = new Error("Failed query", { cause: failure(facts) });
    expect(isDatabaseUnreachable(wrapped) ? 503 : 500).toBe(status);
  });

  it("gets 503 before it was sent, or without a response in time", () => {
    expect(isDatabaseUnreachable(new DatabaseUnavailable("too late"))).toBe(true);
  });
});

describe("a refusal at the start", () => {
  it.each([
    ["a wrong password", "ER_ACCESS_DENIED_ERROR", true],
    ["an unknown database", "ER_BAD_DB_ERROR", true],
    ["no connection left", "ER_CON_COUNT_ERROR", false],
  ])("by %s is permanent: %s, %s", (_, code, lasts) => {
    expect(isRefusedByDatabase(failure({ code }))).toBe(lasts);
  });
});

const select = "  select `id` from `suppliers`";
const insert = "insert into `suppliers` (`name`) values (?)";
const lost = { code: "PROTOCOL_CONNECTION_LOST", fatal: true };
const reset = { code: "ECONNRESET", syscall: "read", fatal: true };
const notSent = { code: "EPIPE", syscall: "write", fatal: true };
const killed = { errno: 1927, sqlState: "08S01" };
const tooLate = new DatabaseUnavailable("too late");

describe("a statement is run again", () => {
  it.each([
    ["a read whose connection was lost", select, lost, true],
    ["a read whose connection was reset", select, reset, true],
    ["a read whose connection ended", select, killed, true],
    ["a read that timed out", select, tooLate, false],
    ["a read that the server refused", select, { code: "ER_LOCK_WAIT_TIMEOUT", sqlState: "HY000" }, false],
    ["a write whose connection was lost", insert, lost, false],
    ["a write whose connection was reset", insert, reset, false],
    ["a write that the socket refused", insert, notSent, true],
    ["a write whose connection ended", insert, killed, false],
  ])("%s: %#", (_, sql, facts, repeated) => {
    expect(isRepeatable(facts instanceof Error ? facts : failure(facts), sql)).toBe(repeated);
  });
});

describe("a connection is returned to the pool", () => {
  it.each([
    ["after a statement that the server refused", { code: "ER_DUP_ENTRY", sqlState: "23000" }, true],
    ["after a lock that was not available", { code: "ER_LOCK_WAIT_TIMEOUT", sqlState: "HY000" }, true],
    ["not after a statement without a response", {}, false],
    ["not when it was lost", lost, false],
    ["not when the server ends it", { code: "ER_SERVER_SHUTDOWN", sqlState: "08S01" }, false],
    [
      "not from a primary that only reads",
      { code: "ER_OPTION_PREVENTS_STATEMENT", sqlState: "HY000" },
      false,
    ],
  ])("%s", (_, facts, usable) => {
    expect(isConnectionUsable(failure(facts))).toBe(usable);
  });
});
