import { describe, expect, it } from "vitest";
import { callsOf, codeOf } from "../../kit/calls.support.ts";
import { iam } from "./service.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
});

describe("an instance profile", () => {
  it("has one role, which cannot be deleted while the profile has it", async () => {
    const call = await callsOf(iam.create);
    call("createRole", { RoleName: "server", AssumeRolePolicyDocument: trust });
    call("createInstanceProfile", { InstanceProfileName: "p", Path: "/lab/" });
    const add = { InstanceProfileName: "p", RoleName: "server" };
    expect(codeOf(() => call("addRoleToInstanceProfile", { ...add, RoleName: "no" }))).toBe(
      "NoSuchEntityException",
    );
    call("addRoleToInstanceProfile", add);
    expect(codeOf(() => call("addRoleToInstanceProfile", add))).toBe("LimitExceededException");
    expect(call("getInstanceProfile", { InstanceProfileName: "p" }).InstanceProfile).toMatchObject({
      Arn: "arn:aws:iam::123456789012:instance-profile/lab/p",
      InstanceProfileId: expect.stringMatching(/^AIPA/),
      Roles: [{ RoleName: "server" }],
    });
    expect(codeOf(() => call("deleteRole", { RoleName: "server" }))).toBe("DeleteConflictException");
    expect(codeOf(() => call("deleteInstanceProfile", { InstanceProfileName: "p" }))).toBe(
      "DeleteConflictException",
    );
    call("removeRoleFromInstanceProfile", add);
    call("deleteInstanceProfile", { InstanceProfileName: "p" });
    call("deleteRole", { RoleName: "server" });
  });
});

describe("a provider of identities", () => {
  const Url = "https://token.actions.githubusercontent.com";
  const arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

  it("is created, described, changed and removed", async () => {
    const call = await callsOf(iam.create);
    const made = call("createOpenIDConnectProvider", { Url, ClientIDList: ["sts.amazonaws.com"] });
    expect(made.OpenIDConnectProviderArn).toBe(arn);
    const OpenIDConnectProviderArn = arn;
    call("addClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn, ClientID: "mine" });
    call("removeClientIDFromOpenIDConnectProvider", {
      OpenIDConnectProviderArn,
      ClientID: "sts.amazonaws.com",
    });
    const ThumbprintList = ["a".repeat(40)];
    call("updateOpenIDConnectProviderThumbprint", { OpenIDConnectProviderArn, ThumbprintList });
    call("tagOpenIDConnectProvider", { OpenIDConnectProviderArn, Tags: [{ Key: "a", Value: "1" }] });
    expect(call("getOpenIDConnectProvider", { OpenIDConnectProviderArn })).toMatchObject({
      Url: "token.actions.githubusercontent.com",
      ClientIDList: ["mine"],
      ThumbprintList,
      Tags: [{ Key: "a", Value: "1" }],
    });
    expect(call("listOpenIDConnectProviders", {}).OpenIDConnectProviderList).toEqual([{ Arn: arn }]);
    expect(codeOf(() => call("createOpenIDConnectProvider", { Url }))).toBe("EntityAlreadyExistsException");
    call("deleteOpenIDConnectProvider", { OpenIDConnectProviderArn });
    expect(codeOf(() => call("getOpenIDConnectProvider", { OpenIDConnectProviderArn }))).toBe(
      "NoSuchEntityException",
    );
  });

  it.each([
    [{ Url: "http://token.example.com" }, "ValidationError"],
    [{ Url: "https://token.example.com?x" }, "ValidationError"],
    [{ Url, ThumbprintList: ["abc"] }, "ValidationError"],
    [{ Url, ClientIDList: [""] }, "ValidationError"],
    [{ Url, ThumbprintList: Array(6).fill("a".repeat(40)) }, "InvalidInputException"],
  ])("%j: %s", async (input, code) => {
    const call = await callsOf(iam.create);
    expect(codeOf(() => call("createOpenIDConnectProvider", input))).toBe(code);
  });
});
