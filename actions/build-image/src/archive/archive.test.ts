import { createWriteStream } from "node:fs";
import { chmod, mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Header, pack } from "tar-stream";
import { beforeEach, expect, it } from "vitest";
import { parseImageName } from "../../../registry/image-name.ts";
import { digestOf, mediaTypes } from "../../../registry/oci.ts";
import { testEnvironment, testInputs, toRepository, useSimulator } from "../build-image.support.ts";
import { dockerInputs } from "../docker/docker.support.ts";
import { makeImage } from "../make-image.ts";
import type { OciInputs } from "../oci/inputs.ts";
import { readTar, unpackTar } from "./read-tar.ts";

const { simulator, folder, context } = await useSimulator();
beforeEach(() => simulator.aws.ecr.createRepository({ repositoryName: "customer" }));

interface Entry extends Partial<Header> {
  readonly name: string;
  readonly text?: string;
}

const link = (name: string, linkname: string): Entry => ({ name, type: "symlink", linkname });

async function tar(entries: readonly Entry[]): Promise<string> {
  const path = join(folder, "image.tar");
  const archive = pack();
  for (const { text = "", ...header } of entries)
    if (header.type) archive.entry(header);
    else archive.entry(header, text);
  archive.finalize();
  await pipeline(archive, createWriteStream(path));
  return path;
}

const describe = (mediaType: string, text: string) => ({
  mediaType,
  digest: digestOf(text),
  size: text.length,
});
const toBlob = (text: string, named = text): Entry => ({
  name: `blobs/${digestOf(named).replace(":", "/")}`,
  text,
});

const [layer, config] = ["layer", '{"architecture":"amd64","os":"linux"}'];
const parts = { config: describe(mediaTypes.config, config), layers: [describe(mediaTypes.layer, layer)] };
const manifestWith = (more: object) => JSON.stringify({ schemaVersion: 2, ...parts, ...more });
const manifest = manifestWith({});
const digest = digestOf(manifest);

/** Returns the entries of an OCI archive with this manifest. */
const layout = (text = manifest, mediaType: string = mediaTypes.manifest): Entry[] => [
  ...[layer, config, text].map((each) => toBlob(each)),
  { name: "index.json", text: JSON.stringify({ manifests: [describe(mediaType, text)] }) },
];

const push = (archive: string, wanted = digest) => {
  const inputs = { archive, digest: wanted, destination: toRepository("customer"), tags: ["v1"] };
  return makeImage(inputs, testEnvironment(simulator));
};
const images = async () =>
  (await simulator.aws.ecr.describeImages({ repositoryName: "customer" })).imageDetails ?? [];

it("pushes the image of an archive with its digest, and not again", async () => {
  const archive = await tar(layout());
  expect(await push(archive)).toMatchObject({ built: true, digest, source: undefined, tags: ["v1"] });
  expect(await images()).toMatchObject([{ imageDigest: digest, imageTags: expect.arrayContaining(["v1"]) }]);
  expect(await push(archive)).toMatchObject({ built: false, digest, parts: [{ how: "already there" }] });
});

const and = (entry: Entry) => [...layout(), entry];
const withoutLayer = layout().slice(1);
const both = manifestWith({ manifests: [] });
const larger = manifestWith({ layers: [{ ...describe(mediaTypes.layer, layer), size: 6 }] });
const twice = manifestWith({ layers: [{ ...parts.layers[0], size: 6 }, ...parts.layers] });
const cased = manifestWith({ Layers: [] });
const foreign = manifestWith({ layers: [{ ...parts.layers[0], urls: ["http://a"] }, ...parts.layers] });
const types = [mediaTypes.index, mediaTypes.manifest].map((type) => describe(type, manifest));
const index = JSON.stringify({ manifests: types });
const indexed = [...layout().slice(0, 3), ...layout(index, mediaTypes.index).slice(2)];

it.each<[string, Entry[], string, string?]>([
  ["a hard link", and({ name: "a", type: "link", linkname: "b" }), 'contains the hard link "a"'],
  ["a symbolic link", and(link("a", "b")), "contains the link a"],
  ["a device", and({ name: "a", type: "block-device" }), 'contains the special file "a"'],
  ["an absolute path", and({ name: "/etc/a" }), 'contains the path "/etc/a", which leaves'],
  ["a path to outside", and({ name: "a/../../b" }), 'contains the path "a/../../b"'],
  ["a path with a backslash", and({ name: "..\\a" }), "not valid on every system"],
  ["a second index", and({ name: ".//index.json" }), "contains index.json twice"],
  ["a cut-off file", and({ name: "a", text: "1", pax: { size: "9999" } }), "is not a valid tar archive"],
  ["no blob of a layer", withoutLayer, `the blob ${digestOf(layer)} is missing`],
  ["other bytes", [...withoutLayer, toBlob("evil!", layer)], `has 5 bytes of ${digestOf("evil!")}`],
  ["another size", layout(larger), "of 6 bytes has 5 bytes", digestOf(larger)],
  ["two sizes of a layer", layout(twice), "of 6 bytes has 5 bytes", digestOf(twice)],
  ["an ambiguous manifest", layout(both), "is not a valid image", digestOf(both)],
  ["a manifest with a name twice for Go", layout(cased), "is not a valid image", digestOf(cased)],
  ["a layer at an address", layout(foreign), "says to fetch", digestOf(foreign)],
  ["an image of two types", indexed, "is not a valid image of the type", digestOf(index)],
  ["an index that is an image", layout(manifest, mediaTypes.index), "is not a valid image"],
  ["no index", layout().slice(0, -1), "index.json is missing"],
  ["another image", layout(), `index.json lists ${digest}`, digestOf("")],
])("refuses an archive with %s before anything is pushed", async (_, entries, message, wanted) => {
  const refused = push(await tar(entries), wanted);
  await expect(refused).rejects.toMatchObject({ nextStep: expect.stringContaining("nothing was pushed") });
  await expect(refused).rejects.toThrow(message);
  expect(await images()).toEqual([]);
});

it.each<[string, (path: string) => Promise<void>, string]>([
  ["is cut off", (path) => truncate(path, 3000), "is not a valid tar archive"],
  ["is not an archive", (path) => writeFile(path, "x".repeat(1024)), "is not a valid tar archive"],
  ["is too large", (path) => truncate(path, 10_000_000_001), "has 10000.0 MB; the limit is 10000.0 MB"],
])("refuses an archive that %s", async (_, damage, message) => {
  const archive = await tar(layout());
  await damage(archive);
  await expect(push(archive)).rejects.toThrow(message);
});

it("reports that the immutable tag of an archive has another image", async () => {
  await push(await tar(layout()));
  const imageTagMutability = "IMMUTABLE";
  await simulator.aws.ecr.putImageTagMutability({ repositoryName: "customer", imageTagMutability });
  const other = manifestWith({ annotations: {} });
  const refused = push(await tar(layout(other)), digestOf(other));
  await expect(refused).rejects.toThrow(
    `The tag v1 of customer is immutable and already points to ${digest}; this image is ${digestOf(other)}`,
  );
  await expect(refused).rejects.toMatchObject({ nextStep: expect.stringContaining("of another commit") });
});

it("builds a folder's archive as the folder, with its modes and links", async () => {
  await mkdir(join(context, "bin"));
  await writeFile(join(context, "bin/run"), "#!/bin/sh");
  await chmod(join(context, "bin/run"), 0o755);
  await symlink("../server.mjs", join(context, "bin/server"));
  const ofFolder = await makeImage(testInputs(context), testEnvironment(simulator));
  const archive = await tar([
    { name: "./", type: "directory" },
    { name: "./server.mjs", text: await readFile(join(context, "server.mjs"), "utf8") },
    link("./bin/server", "../server.mjs"),
    { name: "./bin/run", text: "#!/bin/sh", mode: 0o755 },
  ]);
  const environment = testEnvironment(simulator);
  const ofArchive = await makeImage(testInputs(archive), environment);
  expect(environment.lines).toContainEqual(`Source ${ofArchive.source?.digest} of ${archive}`);
  expect(ofArchive).toMatchObject({ built: false, digest: ofFolder.digest });
});

it.each<[string, Entry[]]>([
  ["a link to an absolute path", [link("a", "/etc")]],
  ["a link to outside", [link("a/b", "../../c")]],
  ["a link to outside of another link", [link("a", "b/../../c")]],
  ["a file behind a link", [link("a", "b"), { name: "a/c" }]],
  ["a file in a file", [{ name: "a" }, { name: "a/c" }]],
  ["a file twice", [{ name: "a" }, { name: "./a" }]],
  ["a link without a target", [link("a", "")]],
  ["a sparse file", [{ name: "a", pax: { "GNU.sparse.major": "1", "GNU.sparse.name": "b" } }]],
  ["a name that is not UTF-8", [{ name: "a\ufffd" }]],
])("does not unpack %s", async (_, entries) => {
  await expect(unpackTar(await tar(entries), join(folder, "to"))).rejects.toThrow(
    /image\.tar (contains|cannot be unpacked)/,
  );
});

it("reads at most so many entries and bytes, as each takes memory", async () => {
  const three = await tar([{ name: "a" }, { name: "b" }, { name: "c" }]);
  const { length: bytes } = await readFile(three);
  const readWith = (limits: { bytes: number; entries: number }) => readTar(three, async () => {}, limits);
  await readWith({ bytes, entries: 3 });
  await expect(readWith({ bytes, entries: 2 })).rejects.toThrow("contains more than 2 entries");
  await expect(readWith({ bytes: bytes - 1, entries: 3 })).rejects.toThrow("the limit is");
});

it("reports an archive of a folder without a Dockerfile", async () => {
  const archive = await tar([{ name: "a" }]);
  const inputs = { ...testInputs(archive), builder: dockerInputs(archive) };
  const built = makeImage(inputs, testEnvironment(simulator));
  await expect(built).rejects.toThrow("image.tar contains no Dockerfile");
});

it("fetches a base image as it is, which is pushed with its digest", async () => {
  const base = await makeImage(testInputs(context), testEnvironment(simulator));
  const baseImage = parseImageName(base.image) as OciInputs["baseImage"];
  const { builder, labels } = testInputs(context, { oci: { baseImage } });
  const file = join(folder, "new/base.tar");
  const inputs = { file, context: undefined, labels, builder };
  expect(await makeImage(inputs, testEnvironment(simulator))).toMatchObject({
    digest: base.digest,
    image: "",
    file: { path: file },
  });
  await simulator.aws.ecr.deleteRepository({ repositoryName: "customer", force: true });
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
  expect(await push(file, base.digest)).toMatchObject({ built: true, digest: base.digest });
});
