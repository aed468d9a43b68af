/** No path, no query, no credentials. */
export const isOrigin = (address: string): boolean =>
  URL.canParse(address) && new URL(address).protocol === "https:" && new URL(address).origin === address;

export const isEmail = (address: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address);

/** A variable's name that Greengate doesn't set itself. */
export const isOwnVariable = (name: string): boolean =>
  /^[A-Za-z_]\w*$/.test(name) && !["PORT", "ENVIRONMENT", "COMMIT", "GREENGATE_RELEASE"].includes(name);

export const isSecretArn = (value: string): boolean =>
  /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/.test(value);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
export const isFargateSize = (cpu: number, memory: number): boolean =>
  memory >= 2 * cpu && memory <= 8 * cpu && (memory % 1024 === 0 || memory === 512);
