/** Error codes of the OCI distribution specification v1.1; ECR still uses the older TAG_INVALID. */
export type RegistryErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DENIED"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "TAG_INVALID"
  | "UNSUPPORTED";

const statusOf: Record<RegistryErrorCode, number> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNSUPPORTED: 405,
};

/** An error in the registry's response `{"errors":[{code, message}]}`. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  readonly statusCode: number;

  constructor(code: RegistryErrorCode, message: string, statusCode = statusOf[code]) {
    super(message);
    this.name = "RegistryError";
    this.code = code;
    this.statusCode = statusCode;
  }
}
