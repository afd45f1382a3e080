// Refuses an environment that loads foreign code, reads the keys of `aws-credentials` and finds keys that AWS refuses,
// before the official action uses them. The keys come in inputs of this step alone, and are in no argument and no message.
import { appendFileSync } from "node:fs";
import { askSts } from "./ask-sts.mjs";
import { readBlock } from "./read-block.mjs";

const { env } = process;
const input = (name) => env[`INPUT_${name.toUpperCase()}`] ?? "";
const block = input("aws-credentials");
const names = ["aws-access-key-id", "aws-secret-access-key", "aws-session-token"];
const single = Object.fromEntries(names.map((name) => [name, input(name).trim()]));
const settings = "Settings > Secrets and variables > Actions";
const copyBlock = `copy the lines of AWS Details > AWS CLI > Show, from [default] to aws_session_token, into the secret AWS_CREDENTIALS (${settings}), and run this workflow again.`;
const copyKeys = `copy the current keys, all of one session, into their secrets (${settings}), and run this workflow again.`;

class Refusal extends Error {
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

try {
  checkEnvironment();
  if (block || single["aws-access-key-id"]) {
    const { keys, ends } = block ? readGivenBlock() : { keys: single };
    if (input("ask-sts") === "true") await checkWithSts(keys, ends);
    if (block) writeOutputs(keys);
  }
} catch (error) {
  const title = error instanceof Refusal ? error.title : "AWS keys cannot be checked";
  console.log(`::error title=${title}::${escapeData(error.message)}`);
  process.exitCode = 1;
}

/** The action's first step may have been deceived by the very code that it looks for. */
function checkEnvironment() {
  const loading = (env.LOADS_CODE ?? "").split(/\s+/).filter(Boolean).join(", ");
  if (loading)
    throw new Refusal(
      "Foreign code in every process",
      `${loading} is set in the job's environment: it loads code into each process of this job, which would get the keys. Fix: remove it from the job, and from what its earlier steps write to GITHUB_ENV; or log in in a job of its own.`,
    );
  const redirecting = /^(AWS_ENDPOINT_URL(_\w+)?|AWS_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/;
  const found = Object.entries(env).filter(([name, value]) => redirecting.test(name) && value);
  if (found.length === 0) return;
  const list = found.map(([name, value]) => `${name} is ${value.replace(/\/\/[^/@]*@/, "//")}`);
  const notice = `${list.sort().join(", ")}. This is where requests to AWS go, or whose certificates they accept.`;
  console.log(`::notice title=AWS endpoint::${escapeData(notice)}`);
}

function readGivenBlock() {
  const { secrets, problems, keys, ends } = readBlock(block);
  for (const secret of secrets) console.log(`::add-mask::${escapeData(secret)}`);
  const also = names.filter((name) => single[name]);
  if (also.length > 0)
    throw new Refusal(
      "AWS keys given twice",
      `aws-credentials is given, and also ${also.join(", ")}. Fix: delete the secret AWS_CREDENTIALS, or the secrets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (${settings}).`,
    );
  if (problems.length > 0)
    throw new Refusal("Incomplete AWS keys", `In aws-credentials, ${problems.join("; ")}. Fix: ${copyBlock}`);
  return { keys, ends };
}

async function checkWithSts(keys, ends) {
  const endpoint = input("sts-endpoint") || env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL;
  const { code = "", message = "" } = (await askSts(keys, { region: input("aws-region"), endpoint })) ?? {};
  const source = block ? "aws-credentials" : names.join(", ");
  const fix = `Fix: ${block ? `start the lab, ${copyBlock}` : copyKeys}`;
  if (code === "ExpiredToken")
    throw new Refusal(
      "AWS keys have expired",
      `The keys of ${source} have expired: ${endOfKeys(ends)}. ${fix}`,
    );
  if (code === "InvalidClientTokenId")
    throw new Refusal(
      "AWS does not know the keys",
      `AWS does not know the access key of ${source}, or the session token is missing or of another session. ${fix}`,
    );
  // With this message, the machine's clock is wrong, which the official action reports.
  if (code === "SignatureDoesNotMatch" && !/^Signature (expired|not yet)/.test(message))
    throw new Refusal(
      "AWS keys do not match",
      `The secret key of ${source} does not belong to the access key. ${fix}`,
    );
}

/** The end is known only if the block states it: neither the token nor the refusal of STS contains it. */
function endOfKeys(ends) {
  if (ends) return `their session was to end at ${minute(ends)}, as the block states`;
  return `AWS refused them at ${minute(new Date())}, and does not report when they ended`;
}

function minute(date) {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function writeOutputs(keys) {
  const lines = Object.entries(keys).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(env.GITHUB_OUTPUT, lines.join(""));
}

function escapeData(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
