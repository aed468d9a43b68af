/** The execution's page in the AWS console; percent-encoded, since a name may hold what ends a link in a mail and what can't be seen. */
export function consoleLink(executionArn: string): string {
  const region = executionArn.split(":")[3] ?? "";
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${encodeURI(executionArn)}`;
}

/** `repository`: GitHub `owner/name`. */
export const commitLink = (repository: string, commit: string): string =>
  `https://github.com/${repository}/commit/${commit}`;

export const compareLink = (repository: string, from: string, to: string): string =>
  `https://github.com/${repository}/compare/${from}...${to}`;

export const pullRequestLink = (repository: string, number: number): string =>
  `https://github.com/${repository}/pull/${number}`;
