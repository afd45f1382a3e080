// Reads the keys of `aws-credentials` and finds keys that AWS refuses, before the official action uses them. The keys
// come in environment variables of this step alone, and are in no argument and no message.
import { appendFileSync } from "node:fs";
import { askSts } from "./ask-sts.mjs";
import { readBlock } from "./read-block.mjs";

const { env } = process;
const block = env.AWS_CREDENTIALS ?? "";
const single = {
  "aws-access-key-id": env.ACCESS_KEY_ID?.trim(),
  "aws-secret-access-key": env.SECRET_ACCESS_KEY?.trim(),
  "aws-session-token": env.SESSION_TOKEN?.trim(),
};
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
  const { keys, ends } = block ? readGivenBlock() : { keys: single };
  if (env.ASK_STS === "true") await checkWithSts(keys, ends);
  if (block) writeOutputs(keys);
} catch (error) {
  const title = error instanceof Refusal ? error.title : "AWS keys cannot be checked";
  console.log(`::error title=${title}::${escapeData(error.message)}`);
  process.exitCode = 1;
}

function readGivenBlock() {
  const { secrets, problems, keys, ends } = readBlock(block);
  for (const secret of secrets) console.log(`::add-mask::${escapeData(secret)}`);
  const also = Object.keys(single).filter((name) => single[name]);
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
  const endpoint = env.STS_ENDPOINT || env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL;
  const { code = "", message = "" } = (await askSts(keys, { region: env.REGION ?? "", endpoint })) ?? {};
  const source = block ? "aws-credentials" : Object.keys(single).join(", ");
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
