import { expect, test } from "vitest";
import { withTables } from "./readme-tables.ts";

const readme =
  "# x\n<!-- inputs:begin -->\nold\n<!-- inputs:end -->\ntext\n<!-- outputs:begin -->\n<!-- outputs:end -->\nend\n";

test("tables come from action.yml, the rest of the README stays", () => {
  const action =
    "inputs:\n  mode:\n    description: apply | delete\n    default: apply\n  name:\n    description: >-\n      two\n      lines\n    required: true\n";
  const made = withTables(readme, action);
  expect(made).toBe(
    "# x\n<!-- inputs:begin -->\n| name | description | default |\n| --- | --- | --- |\n" +
      "| `mode` | apply \\| delete | `apply` |\n| `name` | two lines | **required** |\n<!-- inputs:end -->\ntext\n" +
      "<!-- outputs:begin -->\nNone.\n<!-- outputs:end -->\nend\n",
  );
  expect(withTables(made, action)).toBe(made);
});

test("a README without markers is refused", () => {
  expect(() => withTables("# x\n", "name: x")).toThrow('the markers "<!-- inputs:begin -->"');
});
