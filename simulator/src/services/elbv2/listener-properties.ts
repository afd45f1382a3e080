import type { CreateListenerInput, ModifyListenerInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { validationError } from "./state.ts";

export function checkProperties(input: CreateListenerInput | ModifyListenerInput): void {
  const { Protocol = "HTTP", SslPolicy, Certificates, AlpnPolicy, MutualAuthentication } = input;
  if (Protocol !== "HTTP") {
    throw validationError(`The simulator does not serve listeners of protocol '${Protocol}', only HTTP`);
  }
  for (const [name, value] of Object.entries({ SslPolicy, Certificates, AlpnPolicy, MutualAuthentication })) {
    if (value !== undefined) throw validationError(`An HTTP listener cannot have '${name}'`);
  }
}
