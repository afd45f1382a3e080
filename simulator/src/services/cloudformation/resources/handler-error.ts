/** A failure detected by CloudFormation, or its handler of a resource type, rather than by a service. */
export class HandlerError extends Error {
  readonly handlerErrorCode: "GeneralServiceException" | "AlreadyExists" | "InvalidRequest";

  constructor(
    message: string,
    handlerErrorCode: HandlerError["handlerErrorCode"] = "GeneralServiceException",
  ) {
    super(message);
    this.name = "HandlerError";
    this.handlerErrorCode = handlerErrorCode;
  }
}
