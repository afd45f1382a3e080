import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { missingPictures } from "./pictures.ts";

test("names the document and the picture that does not exist", () => {
  const root = mkdtempSync(join(tmpdir(), "pictures-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "docs/images"), { recursive: true });
  mkdirSync(join(root, "actions/x"), { recursive: true });
  writeFileSync(join(root, "docs/images/there.png"), "");
  writeFileSync(join(root, "README.md"), "![a](docs/images/there.png) ![b](https://example.com/c.png)");
  writeFileSync(join(root, "actions/x/README.md"), "![a](../../docs/images/gone.png)");
  expect(missingPictures(root)).toEqual(["actions/x/README.md: docs/images/gone.png does not exist"]);
});
