import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { taskDefinition } from "./controller/fixture.support.ts";
import { codedeploy, group, names, outcome, appSpec as spec } from "./group.support.ts";

describe("a revision", () => {
  const yaml = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: ${taskDefinition}
        LoadBalancerInfo:
          ContainerName: customer
          ContainerPort: 8080
`;
  const lowerCase = yaml.replace(/^( *-? *)(\w+):/gm, (_, indent, key) => `${indent}${key.toLowerCase()}:`);

  const ports = (ContainerPort: number) => ({
    LoadBalancerInfo: { ContainerName: "customer", ContainerPort },
  });

  const network = (AwsvpcConfiguration: object) =>
    JSON.stringify(spec({ NetworkConfiguration: { AwsvpcConfiguration } }));

  it.each([
    ["JSON", JSON.stringify(spec()), /accepted/],
    ["YAML", yaml, /accepted/],
    ["keys in lower case", lowerCase, /accepted/],
    ["a network", network({ Subnets: ["a"] }), /accepted/],
    ["a network without subnets", network({ Subnets: [] }), /Subnets must be a list of strings/],
    ["public addresses", network({ Subnets: ["a"], AssignPublicIp: "ENABLED" }), /accepted/],
    ["no public addresses", network({ Subnets: ["a"], AssignPublicIp: "DISABLED" }), /accepted/],
    ["unclear addresses", network({ Subnets: ["a"], AssignPublicIp: "YES" }), /ENABLED or DISABLED, not YES/],
    ["no resource", JSON.stringify(spec({}, { Resources: [null] })), /Resources\[0\] must be a mapping/],
    ["a list as resource", JSON.stringify(spec({}, { Resources: [[]] })), /Resources\[0\] must be a mapping/],
    ["no text", "", /must hold content/],
    ["no YAML", "version: [", /neither JSON nor YAML/],
    ["another version", JSON.stringify(spec({}, { version: 1 })), /version must be 0\.0, not 1/],
    ["a server's AppSpec", JSON.stringify({ version: 0, os: "linux" }), /unknown key os/],
    ["hooks", JSON.stringify(spec({}, { Hooks: [{ BeforeInstall: "check" }] })), /accepted/],
    [
      "a hook of a server",
      JSON.stringify(spec({}, { Hooks: [{ ApplicationStart: "check" }] })),
      /unknown event ApplicationStart; known: BeforeInstall, AfterInstall/,
    ],
    [
      "a hook twice",
      JSON.stringify(spec({}, { Hooks: [{ AfterInstall: "a" }, { AfterInstall: "b" }] })),
      /names AfterInstall twice/,
    ],
    [
      "a hook without a function",
      JSON.stringify(spec({}, { Hooks: [{ AfterInstall: 1 }] })),
      /name or the ARN/,
    ],
    ["no hooks at all", JSON.stringify(spec({}, { Hooks: [] })), /accepted/],
    ["a placeholder", JSON.stringify(spec({ TaskDefinition: "<TASK_DEFINITION>" })), /<TASK_DEFINITION>/],
    [
      "an absent revision",
      JSON.stringify(spec({ TaskDefinition: `${taskDefinition}0` })),
      /cannot be deployed/,
    ],
    [
      "an absent container",
      JSON.stringify(spec({ LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 } })),
      /no container web; it has customer/,
    ],
    ["the last port", JSON.stringify(spec(ports(65_535))), /no port 65535; it has 8080/],
    ["no port", JSON.stringify(spec(ports(65_536))), /must be a port, not 65536/],
    ["the port 0", JSON.stringify(spec(ports(0))), /must be a port, not 0/],
    ["a misspelt property", JSON.stringify(spec({ TaskDefinitions: "a" })), /unknown key TaskDefinitions/],
  ])("with %s", async (_, content, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const revision = { revisionType: "AppSpecContent", appSpecContent: { content } };
    const message = await call("createDeployment", { ...names, revision }).then(
      () => "accepted",
      (error: Error) => error.message,
    );
    expect(message).toMatch(expected);
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
