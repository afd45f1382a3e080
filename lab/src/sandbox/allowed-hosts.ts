/** Hosts of package and image registries, and those that they redirect to. `*.` stands for each name below. */
export const registries: readonly string[] = `
registry.npmjs.org registry.yarnpkg.com registry.npmjs.com npm.pkg.github.com npm.jsr.io jsr.io nodejs.org
pypi.org files.pythonhosted.org conda.anaconda.org repo.anaconda.com
rubygems.org index.rubygems.org proxy.golang.org sum.golang.org goproxy.io
repo.maven.apache.org repo1.maven.org maven.google.com dl.google.com plugins.gradle.org services.gradle.org
downloads.gradle.org crates.io static.crates.io index.crates.io static.rust-lang.org
api.nuget.org www.nuget.org globalcdn.nuget.org packagist.org repo.packagist.org hex.pm repo.hex.pm pub.dev
registry.terraform.io releases.hashicorp.com registry.opentofu.org
deb.debian.org security.debian.org archive.ubuntu.com security.ubuntu.com ports.ubuntu.com azure.archive.ubuntu.com
dl-cdn.alpinelinux.org
registry-1.docker.io auth.docker.io index.docker.io production.cloudflare.docker.com
production.cloudfront.docker.com ghcr.io pkg-containers.githubusercontent.com quay.io cdn.quay.io cdn01.quay.io
cdn02.quay.io cdn03.quay.io public.ecr.aws gcr.io *.gcr.io *.pkg.dev mcr.microsoft.com *.data.mcr.microsoft.com
registry.k8s.io`
  .trim()
  .split(/\s+/);

/** Names through which AWS's services are called. */
const aws = [
  "*.amazonaws.com",
  "*.amazonaws.com.cn",
  "*.api.aws",
  "*.on.aws",
  "*.amazonaws.eu",
  "*.awsapps.com",
];

export const isAwsHost = (host: string) => isListed(host, aws);

/** Returns whether a host is in a list of names, some as `*.name` for each name below it. */
export function isListed(host: string, list: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return list.some((each) =>
    each.startsWith("*.") ? name.endsWith(each.slice(1)) || name === each.slice(2) : name === each,
  );
}
