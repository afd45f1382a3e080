import { type TypeRows, text } from "./row.ts";

/** Elastic Load Balancing. */
export const loadBalancing: TypeRows = {
  "AWS::ElasticLoadBalancingV2::Listener": {
    card: {
      ...{ service: "Listener", title: ({ Protocol, Port }) => `${text(Protocol)} ${text(Port)}` },
      to: { "AWS::ElasticLoadBalancingV2::TargetGroup": "" },
    },
    free: "part of its load balancer",
  },
  "AWS::ElasticLoadBalancingV2::ListenerRule": {
    free: "part of its load balancer; evaluations of more than ten rules count",
  },
  "AWS::ElasticLoadBalancingV2::LoadBalancer": {
    card: { service: "Load balancer", isFrame: true },
    bill: "loadBalancer",
    name: { property: "Name", find: "loadBalancer", importable: true },
    held: "its DNS name: the new one has another",
    inspect: "loadBalancers",
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": {
    card: { service: "Target group" },
    free: "part of its load balancer",
    name: { property: "Name", find: "targetGroup", importable: true },
  },
};
