import { describe, expect, it } from "vitest";
import { compareApkVersions } from "./apk-version.ts";
import { compareDpkgVersions } from "./dpkg-version.ts";

const sign = { "<": -1, "=": 0, ">": 1 };
type Row = [left: string, sign: keyof typeof sign, right: string];

// Each row is what apk itself says in its own tests of versions.
describe("versions of apk", () => {
  it.each<Row>([
    ["1.0.1", "<", "1.1"],
    ["1.1", ">", "1.1_alpha1"],
    ["1.3_pre1-r1", "<", "1.3.2"],
    ["0.1.0_alpha_pre2", "<", "0.1.0_alpha"],
    ["1.0_p10-r0", ">", "1.0_p9-r0"],
    ["2.3.0b-r1", "<", "2.3.0b-r2"],
    ["3.2.2-r1", "<", "3.2.2-r10"],
    ["1.06-r6", "<", "006"],
    ["2.02.06", "<", "2.8.5-r3"],
    ["1.02.07", "<", "1.02.10-r1"],
    ["3.0.20060720", "<", "20060720"],
    ["1.0~1234-r1", "<", "1.0~2345-r0"],
    ["3.0.24", "=", "3.0.24"],
  ])("%s %s %s", (left, expected, right) => {
    expect(Math.sign(compareApkVersions(left, right))).toBe(sign[expected]);
    expect(Math.sign(compareApkVersions(right, left))).toBe(0 - sign[expected]);
  });
});

// Each row is what `dpkg --compare-versions` says.
describe("versions of dpkg", () => {
  it.each<Row>([
    ["1.0~rc1-1", "<", "1.0-1"],
    ["1.0-1~deb12u1", "<", "1.0-1"],
    ["1.0-1+deb12u1", ">", "1.0-1"],
    ["1:0.9", ">", "1.0"],
    ["1.0a", "<", "1.0+"],
    ["1.9", "<", "1.10"],
    ["1.0~~", "<", "1.0~"],
    ["1.0", "=", "1.0-0"],
    ["20220101123456789012345", "<", "20220101123456789012346"],
  ])("%s %s %s", (left, expected, right) => {
    expect(Math.sign(compareDpkgVersions(left, right))).toBe(sign[expected]);
    expect(Math.sign(compareDpkgVersions(right, left))).toBe(0 - sign[expected]);
  });
});
