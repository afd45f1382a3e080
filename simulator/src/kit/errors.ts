/** An error that AWS would return: `code` is the exception's name in the service's API model. */
export class AwsError extends Error {
  readonly code: string;
  readonly statusCode: number;
  /** Members of an XML error other than code and message, such as S3's BucketName. */
  readonly members: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    statusCode = 400,
    members: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.statusCode = statusCode;
    this.members = members;
  }
}

/** Returns the constructor of errors with one code. */
export const errorWith = (code: string, statusCode?: number) => (message: string) =>
  new AwsError(code, message, statusCode);
