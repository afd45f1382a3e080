import { describe, expect, it } from "vitest";
import {
  readDatabaseConfiguration,
  readListenPort,
  readServiceAccount,
  readSiteHosts,
} from "./configuration.ts";

describe("a service's configuration", () => {
  it("has the lab's values as defaults", () => {
    expect(readDatabaseConfiguration({ APP_DB_HOST: "supplierdb.example" })).toEqual({
      host: "supplierdb.example",
      port: 3306,
      user: "nodeapp",
      password: "",
      name: "COFFEE",
      sslMode: "DISABLED",
    });
    expect(readListenPort({}, 8080)).toBe(8080);
    expect(readListenPort({ APP_PORT: "81" }, 8080)).toBe(81);
  });

  it("has no service account to create if the service itself migrates", () => {
    const environment = {
      APP_DB_HOST: "h",
      APP_DB_SERVICE_USER: "nodeapp",
      APP_DB_SERVICE_PASSWORD: "coffee",
    };
    expect(readServiceAccount(environment, readDatabaseConfiguration(environment))).toBeUndefined();
    const others = { ...environment, APP_DB_USER: "admin" };
    expect(readServiceAccount(others, readDatabaseConfiguration(others))).toEqual({
      user: "nodeapp",
      password: "coffee",
    });
  });

  it.each([
    [undefined, undefined],
    ["", undefined],
    ["LB-1.elb.example,", ["lb-1.elb.example"]],
    ["a.example, b.example", ["a.example", "b.example"]],
  ])("from APP_HOSTS %j has the names %j", (given, names) => {
    expect(readSiteHosts({ APP_HOSTS: given })).toEqual(names && new Set(names));
  });

  it.each([
    ["no database host", {}, "APP_DB_HOST is not set"],
    ["an empty database host", { APP_DB_HOST: "" }, "APP_DB_HOST is not set"],
    [
      "an invalid port",
      { APP_DB_HOST: "h", APP_PORT: "web" },
      'APP_PORT must be a port from 1 to 65535, not "web"',
    ],
    [
      "a mode of TLS that an attacker can turn off",
      { APP_DB_HOST: "h", APP_DB_SSL_MODE: "PREFERRED" },
      'APP_DB_SSL_MODE must be one of DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY, not "PREFERRED"',
    ],
    [
      "a service's account without its password",
      { APP_DB_HOST: "h", APP_DB_SERVICE_USER: "customer" },
      "APP_DB_SERVICE_PASSWORD is not set: give it the password of customer",
    ],
    ["a port out of range", { APP_DB_HOST: "h", APP_DB_PORT: "65536" }, "APP_DB_PORT must be a port"],
  ])("with %s is refused", (_, environment, message) => {
    expect(() => {
      readServiceAccount(environment, readDatabaseConfiguration(environment));
      readListenPort(environment, 8080);
    }).toThrow(message);
  });
});
