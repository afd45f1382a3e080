import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { codedeploy, group, names, outcome, readCases, appSpec as spec } from "./group.support.ts";

describe("a revision", () => {
  interface Given {
    readonly text?: string;
    readonly properties?: object;
    readonly top?: object;
  }
  it.each(readCases<Given>("revisions"))("with %s: %s", async (_, expected, given) => {
    const content = given.text ?? JSON.stringify(spec(given.properties, given.top));
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const revision = { revisionType: "AppSpecContent", appSpecContent: { content } };
    const message = await call("createDeployment", { ...names, revision }).then(
      () => "accepted",
      (error: Error) => error.message,
    );
    expect(message).toMatch(new RegExp(expected));
  });

  const content = JSON.stringify(spec());
  const sha256 = createHash("sha256").update(content).digest("hex");
  it.each([
    [{ revisionType: "AppSpecContent", appSpecContent: { content, sha256 } }, "accepted"],
    [{ revisionType: "String", string: { content, sha256 } }, "accepted"],
    [
      { revisionType: "AppSpecContent", appSpecContent: { content, sha256: "0" } },
      "InvalidRevisionException",
    ],
    [{ revisionType: "S3", s3Location: { bucket: "b", key: "k" } }, "InvalidRevisionException"],
    [{ revisionType: "GitHub" }, "InvalidRevisionException"],
    [{ revisionType: "Other", appSpecContent: { content } }, "InvalidRevisionException"],
    [undefined, "RevisionRequiredException"],
  ])("%j: %s", async (revision, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    expect(await outcome(call("createDeployment", { ...names, revision }))).toBe(expected);
  });

  const { applicationName } = names;
  it.each(["AppSpecContent", "String"] as const)(
    "of type %s is found again by its digest, with its text",
    async (revisionType) => {
      const call = await codedeploy();
      await call("createDeploymentGroup", group);
      const member = revisionType === "String" ? "string" : "appSpecContent";
      await call("createDeployment", { ...names, revision: { revisionType, [member]: { content } } });
      const find = (text: object) =>
        call("getApplicationRevision", { applicationName, revision: { revisionType, [member]: text } });
      expect(await find({ sha256 })).toMatchObject({
        applicationName,
        revision: { revisionType, [member]: { content, sha256 } },
        revisionInfo: { firstUsedTime: expect.any(Date), lastUsedTime: expect.any(Date) },
      });
      expect(await find({ content })).toEqual(await find({ sha256: sha256.toUpperCase() }));
    },
  );

  it.each([
    [
      "never deployed",
      { revisionType: "AppSpecContent", appSpecContent: { sha256: "0" } },
      "RevisionDoesNotExistException",
    ],
    ["of the other type", { revisionType: "String", string: { sha256 } }, "RevisionDoesNotExistException"],
    ["neither digest nor text", { revisionType: "AppSpecContent" }, "InvalidRevisionException"],
    ["in S3", { revisionType: "S3", s3Location: { bucket: "b", key: "k" } }, "InvalidRevisionException"],
    ["none", undefined, "RevisionRequiredException"],
  ])("cannot be read when it is %s", async (_, revision, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    await call("createDeployment", {
      ...names,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    expect(await outcome(call("getApplicationRevision", { applicationName, revision }))).toBe(expected);
    expect(await outcome(call("getApplicationRevision", { applicationName: "absent", revision }))).toBe(
      "ApplicationDoesNotExistException",
    );
  });
});
