import { cborWire } from "./cbor.ts";
import type { Protocol } from "./models.ts";
import { restJsonWire } from "./rest-json.ts";
import { restXmlWire } from "./rest-xml.ts";
import { ec2Wire, jsonWire, queryWire, type Wire } from "./wire.ts";

export const wires: Readonly<Record<Protocol, Wire>> = {
  "awsJson1.0": jsonWire("application/x-amz-json-1.0"),
  "awsJson1.1": jsonWire("application/x-amz-json-1.1"),
  awsQuery: queryWire,
  ec2Query: ec2Wire,
  restJson1: restJsonWire,
  restXml: restXmlWire,
  rpcv2Cbor: cborWire,
};
