import { describe, expect, it } from "vitest";
import { parseSupplierFields, parseSupplierId } from "./supplier.ts";

const good = {
  name: " Bean There ",
  address: "1 Harbour Road",
  city: "Lisbon",
  state: "LX",
  email: "orders@beanthere.example",
  phone: "+351 21 555 0100",
};

describe("a supplier's fields", () => {
  it("are trimmed", () => {
    expect(parseSupplierFields(good)).toEqual({ valid: true, fields: { ...good, name: "Bean There" } });
  });

  it.each([
    ["no name", { name: " " }, { name: "required" }],
    ["a name that the column cannot hold", { name: "x".repeat(256) }, { name: "too-long" }],
    ["a line break in an address", { address: "1 Quay\nCork" }, { address: "control-character" }],
    ["no email", { email: "" }, { email: "required" }],
    ["an invalid email", { email: "orders" }, { email: "not-an-email" }],
    ["letters for a phone number", { phone: "call me" }, { phone: "not-a-phone" }],
    ["a phone number that the column cannot hold", { phone: "1".repeat(101) }, { phone: "too-long" }],
    ["a file for a city", { city: new File([], "city") }, { city: "required" }],
    ["an absent state", { state: undefined }, { state: "required" }],
    ["two faults", { name: "", phone: "" }, { name: "required", phone: "required" }],
  ])("with %s are refused with one problem per field, and kept as typed", (_, change, problems) => {
    const input: Record<string, unknown> = { ...good, ...change };
    const typed = Object.fromEntries(
      Object.entries(input).map(([name, value]) => [name, typeof value === "string" ? value : ""]),
    );
    expect(parseSupplierFields(input)).toEqual({ valid: false, typed, problems });
  });

  it.each(["206-555-0100", "(206) 555-0100", "+1 206.555.0100 ext. 12", "555 0100 x7"])(
    "accept the phone %s",
    (phone) => {
      expect(parseSupplierFields({ ...good, phone }).valid).toBe(true);
    },
  );
});

describe("64 kB", () => {
  it.each([
    ["blanks", " ".repeat(65_535)],
    ["digits", "1".repeat(65_535)],
    ["dots", ".".repeat(65_535)],
    ["extensions", "1 x".repeat(21_845)],
  ])("of %s and a letter in every field are too long", (_, repeated) => {
    const typed = Object.fromEntries(Object.keys(good).map((name) => [name, `1${repeated}y`]));
    const problems = Object.fromEntries(Object.keys(good).map((name) => [name, "too-long"]));
    expect(parseSupplierFields(typed)).toEqual({ valid: false, typed, problems });
  });
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
