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
  /**
   * Address of the site, without a slash at its end, or of its test listener on the same host: its port is as far from the
   * site's as 8080 is from 80, in the rehearsal too.
   */
  readonly siteAddress: (listener: ListenerName) => Promise<string>;
  /** IPv4 address of the student's browser, if it is known. */
  readonly browserAddress: string | undefined;
}

export interface LabOptions {
  readonly account: AccountConfig;
  readonly checkout: Checkout;
  readonly readPage: ReadPage;
  /** Address of the site, instead of the load balancer's. */
  readonly site: string | undefined;
  readonly browserAddress: string | undefined;
}

export function openLab({ checkout, readPage, site, browserAddress, ...options }: LabOptions): Lab {
  const account = readAccount(options.account);
  const roles = findRoles(account);
  const sources = findSources(account, roles, checkout);
  const siteAddress = once(async (name: ListenerName) => {
    const address = new URL(site ?? `http://${(await roles.loadBalancer()).DNSName}`);
    if (name === "production") return address.href.replace(/\/$/, "");
    const port = address.protocol === "https:" ? ports.production : Number(address.port || ports.production);
    return `http://${address.hostname}:${port + ports.test - ports.production}`;
  });
  return { account, roles, sources, code: createReadCode(sources), readPage, siteAddress, browserAddress };
}

type LabInputs = Pick<LabOptions, "site" | "browserAddress"> & {
  readonly region: string;
  readonly repository: string;
};

/** The account of the environment's credentials. */
export function openLabOf({ region, repository, site, browserAddress }: LabInputs): Lab {
  return openLab({
    account: { region },
    checkout: openCheckout(repository),
    readPage: createReadPage(),
    site,
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
