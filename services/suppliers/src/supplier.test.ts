import { describe, expect, it } from "vitest";
import { parseSupplierForm, parseSupplierId } from "./supplier.ts";

const good = {
  name: " Bean There ",
  address: "1 Harbour Road",
  city: "Lisbon",
  state: "LX",
  email: "orders@beanthere.example",
  phone: "+351 21 555 0100",
};

describe("a supplier's form", () => {
  it("is taken without the blanks around its values", () => {
    expect(parseSupplierForm(good)).toEqual({ valid: true, fields: { ...good, name: "Bean There" } });
  });

  it.each([
    ["no name", { name: " " }, { name: "Name is required" }],
    ["a name that the column cannot hold", { name: "x".repeat(256) }, { name: /longer than 255/ }],
    ["no email", { email: "" }, { email: "Email is required" }],
    ["an email that is none", { email: "orders" }, { email: /must be an email address/ }],
    ["letters for a phone number", { phone: "call me" }, { phone: /must be a phone number/ }],
    ["a file for a city", { city: new File([], "city") }, { city: "City is required" }],
    ["an absent state", { state: undefined }, { state: "State is required" }],
  ])("with %s is refused, and kept as typed", (_, change, errors) => {
    const parsed = parseSupplierForm({ ...good, ...change });
    expect(parsed).toMatchObject({ valid: false, typed: { address: good.address } });
    if (parsed.valid) return;
    expect(Object.keys(parsed.errors)).toEqual(Object.keys(errors));
    for (const [name, message] of Object.entries(errors))
      expect(parsed.errors[name as keyof typeof parsed.errors]).toMatch(message);
  });

  it.each(["206-555-0100", "(206) 555-0100", "+1 206.555.0100 ext. 12", "555 0100 x7"])(
    "takes the phone %s",
    (phone) => {
      expect(parseSupplierForm({ ...good, phone }).valid).toBe(true);
    },
  );
});

describe("a supplier's id", () => {
  it.each([
    ["1", 1],
    ["2147483647", 2147483647],
    ["2147483648", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["1 OR 1=1", undefined],
    ["1e3", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j is %j", (text, id) => {
    expect(parseSupplierId(text)).toBe(id);
  });
});
