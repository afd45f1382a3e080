export interface DatabaseConfiguration {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
  readonly sslMode: SslMode;
}

/** The modes of MySQL's own clients, without PREFERRED, which an attacker can turn into DISABLED. */
const sslModes = ["DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const;
export type SslMode = (typeof sslModes)[number];

/** The database account of a service, if `migrate` creates it. */
export interface ServiceAccount {
  readonly user: string;
  readonly password: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the lab's environment variables; throws one sentence that states what is wrong. */
export function readDatabaseConfiguration(environment: Environment): DatabaseConfiguration {
  const host = environment.APP_DB_HOST;
  if (!host) throw new Error("APP_DB_HOST is not set: give it the host name of the suppliers' database");
  return {
    host,
    port: readPort(environment, "APP_DB_PORT", 3306),
    user: environment.APP_DB_USER || "nodeapp",
    password: environment.APP_DB_PASSWORD ?? "",
    name: environment.APP_DB_NAME || "COFFEE",
    sslMode: readSslMode(environment),
  };
}

function readSslMode({ APP_DB_SSL_MODE: text }: Environment): SslMode {
  if (!text) return "DISABLED";
  const mode = sslModes.find((each) => each === text);
  if (mode) return mode;
  throw new Error(`APP_DB_SSL_MODE must be one of ${sslModes.join(", ")}, not "${text}"`);
}

/** Undefined when no account is given, or when it is the one that migrates. */
export function readServiceAccount(
  environment: Environment,
  { user: migratingUser }: DatabaseConfiguration,
): ServiceAccount | undefined {
  const { APP_DB_SERVICE_USER: user, APP_DB_SERVICE_PASSWORD: password } = environment;
  if (!user || user === migratingUser) return undefined;
  if (!password) throw new Error(`APP_DB_SERVICE_PASSWORD is not set: give it the password of ${user}`);
  return { user, password };
}

/** Returns the hosts of the site from APP_HOSTS; undefined if not set. */
export function readSiteHosts(environment: Environment): ReadonlySet<string> | undefined {
  const names = (environment.APP_HOSTS ?? "").toLowerCase().split(",");
  const hosts = names.map((name) => name.trim()).filter((name) => name !== "");
  return hosts.length > 0 ? new Set(hosts) : undefined;
}

/** The TCP port that the service listens on, on every address. */
export function readListenPort(environment: Environment, standard: number): number {
  return readPort(environment, "APP_PORT", standard);
}

function readPort(environment: Environment, name: string, standard: number): number {
  const text = environment[name] || String(standard);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Error(`${name} must be a port from 1 to 65535, not "${text}"`);
  return port;
}
