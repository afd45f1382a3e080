import { lookup as lookUpName } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Addresses where clouds serve credentials and metadata (169.254.169.254, ECS's 169.254.170.2, fd00:ec2::254), and the
 * rest of the machine's own link: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
const refused = new BlockList();
refused.addSubnet("169.254.0.0", 16, "ipv4");
refused.addSubnet("fe80::", 10, "ipv6");
refused.addSubnet("fd00:ec2::", 32, "ipv6");

/** Returns whether a URL's hostname is such an address. A name has to be resolved first. */
export function isLinkLocal(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  return family !== 0 && refused.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Resolves like Node, but treats a name that resolves to such an address as unknown. */
export const lookUpAllowed: LookupFunction = (hostname, options, callback) => {
  lookUpName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const link = addresses.find(({ address }) => isLinkLocal(address));
    if (link) {
      const refusal = new Error(`${hostname} is ${link.address}, an address of metadata services`);
      return callback(Object.assign(refusal, { code: "LINK_LOCAL" }), []);
    }
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
  });
};
