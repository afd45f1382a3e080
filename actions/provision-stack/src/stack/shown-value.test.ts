import { expect, test } from "vitest";
import { shownValue } from "./shown-value.ts";

test.each([
  ["RetentionInDays", "7", "7"],
  ["MasterUserPassword", "coffee", "***"],
  ["Targets", "arn:aws:sns:us-east-1:123456789012:alarms", "arn:aws:sns:us-east-1:123456789012:alarms"],
  ["Environment/Variables/DB_PASS", "coffee", "***"],
  ["Environment/Variables/STAGE", "test", "test"],
  ["Environment/Variables/NOTE", "hunter2", "***"],
  ["ContainerDefinitions/0/Environment/1/Value", "coffee", "***"],
  ["ContainerDefinitions/0/Command/1", "--password=x1", "--password=***"],
  ["UserData", "IyEvYmluL3No", "***"],
  ["Location", "https://me:pw@host/x", "https://***@host/x"],
  [
    "ContainerDefinitions",
    JSON.stringify([
      {
        Name: "web",
        Environment: [
          { Name: "PORT", Value: "80" },
          { Name: "MYSQL_PWD", Value: "x1" },
        ],
        Command: ["serve", "--token=x2"],
      },
    ]),
    `[{"Name":"web","Environment":[{"Name":"PORT","Value":"80"},{"Name":"MYSQL_PWD","Value":"***"}],"Command":["serve","--token=***"]}]`,
  ],
  ["Tags", `[{"Key":"team","Value":"coffee 1"}]`, `[{"Key":"team","Value":"coffee 1"}]`],
  ["Environment", "[broken", "***"],
])("shows the property %s of %s as %s", (path, value, expected) => {
  expect(shownValue(path, value)).toBe(expected);
});

test("cuts a long value", () => {
  expect(shownValue("Description", "x".repeat(200))).toHaveLength(161);
});
