import type { ECSClientConfig } from "@aws-sdk/client-ecs";

/**
 * How a Lambda's SDK clients retry by default: three attempts at what was throttled, lost or the service's own fault; here without a
 * pause between them. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export const sdkRetries: NonNullable<ECSClientConfig["retryStrategy"]> = {
  acquireInitialRetryToken: async () => attempt(0),
  async refreshRetryTokenForRetry(failed, { errorType }) {
    if (errorType === "CLIENT_ERROR" || failed.getRetryCount() === 2) throw new Error("no attempt is left");
    return attempt(failed.getRetryCount() + 1);
  },
  recordSuccess() {},
};

const attempt = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
