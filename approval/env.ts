/**
 * The named variables of a function's environment, all present.
 * Throws one error that lists every missing one: infra/ sets them, so a gap is a mistake there.
 */
export function needed<Name extends string>(
  env: Readonly<Record<string, string | undefined>>,
  ...names: Name[]
): Record<Name, string> {
  const missing = names.filter((name) => !env[name]?.trim());
  if (missing.length > 0)
    throw new Error(`approval: ${missing.join(", ")} must be set, not empty; infra/ gives them to the function`);
  return Object.fromEntries(names.map((name) => [name, env[name]])) as Record<Name, string>;
}
