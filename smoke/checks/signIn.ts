import { check } from "../check.ts";

/** The smoke merchant gets in; `login` itself holds what must be true of it. */
export const signInAsSmokeMerchant = check("auth.signIn", { touches: ["src/auth/**"] }, async ({ login }) => {
  await login();
});
