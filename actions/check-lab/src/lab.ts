import { type Account, readAccount } from "./account/account.ts";
import { createReadCode } from "./code.ts";
import { once } from "./outcome.ts";
import { type ListenerName, ports } from "./parts.ts";
import { createReadPage, type ReadPage } from "./read-page.ts";
import { findRoles, type Roles } from "./roles.ts";
import { type Checkout, findSources, openCheckout, type Sources } from "./sources.ts";

export { createReadPage, type ReadPage, readAccount };

/** All that the items read, each part only when an item asks for it. */
export interface Lab {
  readonly account: Account;
  readonly roles: Roles;
  readonly sources: Sources;
  readonly code: ReturnType<typeof createReadCode>;
  readonly readPage: ReadPage;
  /**
   * Address of the site, without a slash at its end, or of its test listener on the same host: its port is as far from the
   * site's as 8080 is from 80, in the rehearsal too.
   */
  readonly siteAddress: (listener: ListenerName) => Promise<string>;
  /** IPv4 address of the student's browser, if it is known. */
  readonly browserAddress: string | undefined;
  /** Whether one supplier may be added, changed and deleted. */
  readonly write: boolean;
}

export interface LabOptions {
  readonly account: Account;
  readonly checkout: Checkout;
  readonly readPage: ReadPage;
  /** Address of the site, instead of the load balancer's. */
  readonly site: string | undefined;
  readonly browserAddress: string | undefined;
  readonly write?: boolean;
}

export function openLab({
  account,
  checkout,
  readPage,
  site,
  browserAddress,
  write = false,
}: LabOptions): Lab {
  const roles = findRoles(account);
  const sources = findSources(account, roles, checkout);
  const siteAddress = once(async (name: ListenerName) => {
    const address = new URL(site ?? `http://${(await roles.loadBalancer()).DNSName}`);
    if (name === "production") return address.href.replace(/\/$/, "");
    const port = address.protocol === "https:" ? ports.production : Number(address.port || ports.production);
    return `http://${address.hostname}:${port + ports.test - ports.production}`;
  });
  const code = createReadCode(sources);
  return { account, roles, sources, code, readPage, siteAddress, browserAddress, write };
}

type LabInputs = Pick<LabOptions, "site" | "browserAddress" | "write"> & {
  readonly region: string;
  readonly repository: string;
};

/** The account of the environment's credentials. */
export function openLabOf({ region, repository, ...inputs }: LabInputs): Lab {
  return openLab({
    account: readAccount({ region }),
    checkout: openCheckout(repository),
    readPage: createReadPage(),
    ...inputs,
  });
}
