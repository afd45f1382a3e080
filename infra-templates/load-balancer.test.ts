import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Profile, read, resourcesOf } from "./profiles.support.ts";

const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0123abcd";

/** Properties by `template/LogicalId`. */
function propertiesOf(profile: Profile, parameters: Record<string, string>) {
  const resources = resourcesOf(profile, { "load-balancer": parameters });
  return (id: string) =>
    resources.find(({ template, logicalId }) => `${template}/${logicalId}` === id)?.properties as
      | Record<string, unknown>
      | undefined;
}

describe("with a certificate", () => {
  const of = propertiesOf("standard", { CertificateArn: certificate });

  test("port 80 only redirects to HTTPS", () => {
    expect(of("load-balancer/ProductionListener")?.DefaultActions).toEqual([
      { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" } },
    ]);
  });

  test("port 443 serves the site, with TLS 1.2 or newer", () => {
    expect(of("load-balancer/SecureListener")).toMatchObject({
      Protocol: "HTTPS",
      Port: 443,
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      Certificates: [{ CertificateArn: certificate }],
      DefaultActions: [{ Type: "forward" }],
    });
  });

  test("the rule of /admin and the deployments are those of port 443", () => {
    const listener = JSON.stringify(of("load-balancer/ProductionAdminRule")?.ListenerArn);
    expect(listener).toContain("SecureListener");
    for (const service of ["Customer", "Employee"])
      expect(JSON.stringify(of(`delivery/${service}DeploymentGroup`)), service).toContain("SecureListener");
  });
});

test("without a certificate port 80 serves the site, and nothing listens on 443", () => {
  const of = propertiesOf("standard", {});
  expect(of("load-balancer/ProductionListener")?.DefaultActions).toMatchObject([{ Type: "forward" }]);
  expect(of("load-balancer/SecureListener")).toBeUndefined();
});

test.each([
  ["load-balancer", "AdminSourceIps"],
  ["network", "TestSourceIps"],
])("%s has no default for %s: the user must decide on access", (template, parameter) => {
  const { Parameters } = parse(read(`${template}.yaml`), { logLevel: "silent" });
  expect(Parameters[parameter]).not.toHaveProperty("Default");
});
