/**
 * Whether a policy's pattern covers a value: `?` is one character, `*` any number of them. A `*` stops at a colon, unless it ends
 * the pattern; AWS lets it pass wherever it ends a segment, so this is never wider than AWS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
export const covers = (pattern: string, value: string): boolean => expression(pattern).test(value);

/** Action names have no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export const coversAction = (pattern: string, action: string): boolean =>
  covers(pattern.toLowerCase(), action.toLowerCase());

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known) return known;
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("?", "[^:]")
    .replaceAll(/\*/g, (_, at: number, whole: string) => (at === whole.length - 1 ? ".*" : "[^:]*"));
  const compiled = new RegExp(`^${source}$`, "s");
  expressions.set(pattern, compiled);
  return compiled;
}

const expressions = new Map<string, RegExp>();
