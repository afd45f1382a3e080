import { expect, test } from "vitest";
import { parseTemplate } from "./template.ts";

const resources = "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n";

test("reads short intrinsics as long ones, nested too", () => {
  const body = `${resources}  R: { Type: T, V: !Join ["-", [!Ref A, !GetAtt B.C, !Sub ["\${x}", { x: !Ref Y }]]] }\n`;
  expect(parseTemplate(body, "f.yaml", "f").content.Resources).toHaveProperty("R.V", {
    "Fn::Join": ["-", [{ Ref: "A" }, { "Fn::GetAtt": "B.C" }, { "Fn::Sub": [`\${x}`, { x: { Ref: "Y" } }] }]],
  });
});

test.each<[string, string, RegExp]>([
  ["broken YAML", "Resources: [\n", /^f\.yaml:\d+:\d+ is not valid YAML/],
  ["something else", "a: 1\n", /^f\.yaml is not a CloudFormation template: it has no Resources$/],
])("refuses %s", (_, body, message) => {
  expect(() => parseTemplate(body, "f.yaml", "f")).toThrow(message);
});

test("reads parameters with their defaults, as text", () => {
  const body = `Parameters:\n  Size: { Type: Number, Default: 2 }\n  Name: { Type: String }\n${resources}`;
  expect(parseTemplate(body, "f.yaml", "f").parameters).toEqual({
    Size: { default: "2" },
    Name: { default: undefined },
  });
});
