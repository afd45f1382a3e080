import { expect, it } from "vitest";
import { parseLibraries } from "./base-image.ts";

it.each([
  {
    system: "Debian",
    listed: `
\tlinux-vdso.so.1 (0x00007ffd)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f66)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f65)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f67)
`,
    libraries: [
      "/lib/x86_64-linux-gnu/libm.so.6",
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib64/ld-linux-x86-64.so.2",
    ],
  },
  {
    system: "Fedora on ARM",
    listed: `
\tlinux-vdso.so.1 (0x0000ffff)
\tlibc.so.6 => /lib64/libc.so.6 (0x0000ff01)
\t/lib/ld-linux-aarch64.so.1 (0x0000ff02)
`,
    libraries: ["/lib64/libc.so.6", "/lib/ld-linux-aarch64.so.1"],
  },
])("reads the output of ldd on $system", ({ listed, libraries }) => {
  expect(parseLibraries(listed)).toEqual(libraries);
});

it("names a missing library", () => {
  expect(() => parseLibraries("\tlibatomic.so.1 => not found\n")).toThrow(
    "Node needs libatomic.so.1, which this machine does not have",
  );
});
