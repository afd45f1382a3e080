import type { ProxySettings } from "../../runtime/load-balancer/forwarded-headers.ts";
import type { AwsClients, Operations } from "../api.ts";
import {
  type AttributeDefinitions,
  fixed,
  listAttributes,
  offOn,
  oneOf,
  range,
  setAttributes,
} from "./attributes.ts";
import { findLoadBalancer, type LoadBalancerRecord, listenersOf, type State } from "./state.ts";

/** API reference, LoadBalancerAttribute; unsupported attributes have their default as the only value. */
export const loadBalancerAttributes: AttributeDefinitions = {
  "access_logs.s3.enabled": fixed("false"),
  "access_logs.s3.bucket": fixed(""),
  "access_logs.s3.prefix": fixed(""),
  "client_keep_alive.seconds": fixed("3600"),
  "connection_logs.s3.enabled": fixed("false"),
  "connection_logs.s3.bucket": fixed(""),
  "connection_logs.s3.prefix": fixed(""),
  "deletion_protection.enabled": offOn,
  "health_check_logs.s3.enabled": fixed("false"),
  "health_check_logs.s3.bucket": fixed(""),
  "health_check_logs.s3.prefix": fixed(""),
  "idle_timeout.timeout_seconds": range(60, 1, 4000),
  "ipv6.deny_all_igw_traffic": fixed("false"),
  "load_balancing.cross_zone.enabled": fixed("true"),
  "routing.http.desync_mitigation_mode": fixed("defensive"),
  "routing.http.drop_invalid_header_fields.enabled": fixed("false"),
  // Both values have the same effect here: Host is always passed on unchanged.
  "routing.http.preserve_host_header.enabled": offOn,
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": fixed("false"),
  "routing.http.xff_client_port.enabled": offOn,
  "routing.http.xff_header_processing.mode": oneOf("append", "preserve", "remove"),
  // HTTP/2 needs TLS, so an HTTP listener uses HTTP/1.1 with either value.
  "routing.http2.enabled": oneOf("true", "false"),
  "waf.fail_open.enabled": fixed("false"),
  "zonal_shift.config.enabled": fixed("false"),
};

export function proxySettings({ attributes }: LoadBalancerRecord): ProxySettings {
  return {
    idleTimeoutMs: Number(attributes.get("idle_timeout.timeout_seconds")) * 1000,
    forwardedFor: attributes.get("routing.http.xff_header_processing.mode") as ProxySettings["forwardedFor"],
    forwardedForWithPort: attributes.get("routing.http.xff_client_port.enabled") === "true",
  };
}

export function loadBalancerAttributeOperations(state: State): Operations<AwsClients["elbv2"]> {
  return {
    describeLoadBalancerAttributes: ({ LoadBalancerArn }) => ({
      Attributes: listAttributes(findLoadBalancer(state, LoadBalancerArn).attributes),
    }),
    modifyLoadBalancerAttributes: ({ LoadBalancerArn, Attributes }) => {
      const loadBalancer = findLoadBalancer(state, LoadBalancerArn);
      const changed = setAttributes(loadBalancer.attributes, loadBalancerAttributes, Attributes);
      for (const { server } of listenersOf(state, loadBalancer.arn)) {
        server.setSettings(proxySettings(loadBalancer));
      }
      return { Attributes: changed };
    },
  };
}
