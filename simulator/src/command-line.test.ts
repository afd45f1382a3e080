import { expect, it } from "vitest";
import { parseArguments } from "./command-line.ts";

it.each([
  [[], undefined],
  [["--vcpu-share", "0.5"], 0.5],
  [["--vcpu-share=.25"], 0.25],
  [["--vcpu-share=1"], 1],
])("%j makes a vCPU so much of a core: %s", (argv, vcpuShare) => {
  expect(parseArguments(argv).vcpuShare).toBe(vcpuShare);
});

it.each(["0", "0.03", "-1", "half", "1e3", ""])("--vcpu-share=%s is refused", (text) => {
  expect(() => parseArguments([`--vcpu-share=${text}`])).toThrow(
    `--vcpu-share: "${text}" is not a number of cores from 0.04, such as 0.5`,
  );
});
