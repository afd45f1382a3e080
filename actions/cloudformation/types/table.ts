import { containers } from "./containers.ts";
import { delivery } from "./delivery.ts";
import { ec2 } from "./ec2.ts";
import { loadBalancing } from "./load-balancing.ts";
import { monitoring } from "./monitoring.ts";
import type { TypeRow } from "./row.ts";
import { security } from "./security.ts";
import { storage } from "./storage.ts";

const rows = new Map(
  [containers, delivery, ec2, loadBalancing, monitoring, security, storage].flatMap(Object.entries<TypeRow>),
);

/** Returns the row of a type such as `AWS::RDS::DBInstance`; undefined for a type that these actions do not know. */
export const rowOf = (type: string): TypeRow | undefined => rows.get(type);
