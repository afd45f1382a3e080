import { type Account, readAccount } from "./account/account.ts";
import type { AccountConfig } from "./account/reads.ts";
import { createReadCode } from "./code.ts";
import { once, Unreadable } from "./outcome.ts";
import { type ListenerName, ports } from "./parts.ts";
import { findRoles, type Roles } from "./roles.ts";
import { type Checkout, findSources, openCheckout, type Sources } from "./sources.ts";

/** All that the items read, each part only when an item asks for it. */
export interface Lab {
  readonly account: Account;
  readonly roles: Roles;
  readonly sources: Sources;
  readonly code: ReturnType<typeof createReadCode>;
  readonly readPage: ReadPage;
  /** Address of the site or its test listener, without a slash at its end. */
  readonly siteAddress: (listener: ListenerName) => Promise<string>;
  /** IPv4 address of the student's browser, if it is known. */
  readonly browserAddress: string | undefined;
}

export interface LabOptions {
  readonly account: AccountConfig;
  readonly checkout: Checkout;
  readonly readPage: ReadPage;
  /** Addresses instead of the load balancer's. */
  readonly sites: { readonly [name in ListenerName]?: string | undefined };
  readonly browserAddress: string | undefined;
}

export function openLab({ checkout, readPage, sites, browserAddress, ...options }: LabOptions): Lab {
  const account = readAccount(options.account);
  const roles = findRoles(account);
  const sources = findSources(account, roles, checkout);
  const siteAddress = once(async (name: ListenerName) => {
    const given = sites[name];
    if (given) return given.endsWith("/") ? given.slice(0, -1) : given;
    const { DNSName } = await roles.loadBalancer();
    return `http://${DNSName}${name === "production" ? "" : `:${ports[name]}`}`;
  });
  return { account, roles, sources, code: createReadCode(sources), readPage, siteAddress, browserAddress };
}

interface LabInputs {
  readonly region: string;
  readonly repository: string;
  readonly site: string | undefined;
  readonly testSite: string | undefined;
  readonly browserAddress: string | undefined;
}

/** The account of the environment's credentials. */
export function openLabOf({ region, repository, site, testSite, browserAddress }: LabInputs): Lab {
  return openLab({
    account: { region },
    checkout: openCheckout(repository),
    readPage: createReadPage(),
    sites: { production: site, test: testSite },
    browserAddress,
  });
}

interface Page {
  readonly address: string;
  readonly status: number;
  readonly text: string;
}

/** A page of a site, by its address; never follows a redirect. */
export type ReadPage = (address: string) => Promise<Page>;

const timeoutMs = 8_000;

export function createReadPage(request: typeof fetch = fetch): ReadPage {
  return once(async (address: string) => {
    try {
      const response = await request(address, {
        redirect: "manual",
        headers: { "accept-language": "en" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { address, status: response.status, text: await response.text() };
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Unreadable(
        `${address} cannot be reached from here (${(cause as Error)?.message || message})`,
      );
    }
  });
}
