/** A failure that the handler of a resource type has found itself, rather than the service that it called. */
export class HandlerError extends Error {
  readonly handlerErrorCode = "GeneralServiceException";
  override readonly name = "HandlerError";
}
