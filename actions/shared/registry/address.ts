/**
 * Returns `https://host`, or `http://host` on loopback: Docker treats every registry in 127.0.0.0/8 as insecure
 * (docs.docker.com, dockerd reference, "Insecure registries"), and nobody can intercept the traffic.
 */
export function registryUrl(host: string): string {
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}
