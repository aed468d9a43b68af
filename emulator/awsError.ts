/**
 * An error as an AWS API answers it: `code` is the name that the service's clients know, such as `ServiceNotFoundException`
 * (for SNS the code on the wire, such as `NotFound`), `status` the HTTP status.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
  }
}
