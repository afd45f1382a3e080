import { Failure } from "../failure.ts";
import type { Answer } from "./exchange.ts";
import { Transient } from "./reach.ts";

/** The registry's own refusal: one of the error codes of OCI distribution-spec v1.1, or the status. */
export class RegistryRefusal extends Failure {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string, nextStep?: string) {
    super(message, nextStep === undefined ? {} : { nextStep });
    this.name = "RegistryRefusal";
    this.code = code;
    this.status = status;
  }
}

const nextSteps: Readonly<Record<number, string>> = {
  403: "allow this user to do this, or log in as a user who may.",
  404: "check the repository's name, and create it if the registry does not do so at the first push.",
  413: "allow larger requests in the proxy in front of the registry.",
};

/** Explains a response with a status from 400; the response's body is read. */
export async function refusalOf(response: Answer, host: string, request: string): Promise<Failure> {
  const { status } = response;
  const { code, message } = firstError(await textOf(response));
  const said = [code, message].filter(Boolean).join(": ") || `status ${status}`;
  const sentence = `The registry ${host} refused ${request} (${said})`;
  if (status < 500 && status !== 429)
    return new RegistryRefusal(code ?? String(status), status, sentence, nextSteps[status]);
  const nextStep = "run the job again: the registry failed or throttled the request.";
  return new Transient(sentence, { nextStep, waitMs: retryAfterMs(response) });
}

/** ECR reports an expired login with 403, which elsewhere means that a valid login lacks a right. */
export async function saysExpired(response: Answer): Promise<boolean> {
  return response.status === 403 && /token has expired/i.test(await textOf(response));
}

/** Returns an empty text when it cannot be read. */
async function textOf(response: Answer): Promise<string> {
  return response.read().then(String, () => "");
}

/** Reads `{"errors":[{code, message}]}` of the distribution specification; proxies may respond with anything. */
function firstError(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text).errors[0] ?? {};
  } catch {
    return {};
  }
}

/** Reads seconds or a date, RFC 9110 §10.2.3. */
function retryAfterMs({ header }: Answer): number {
  const value = header("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  return Math.max(0, Date.parse(value) - Date.now()) || 0;
}
