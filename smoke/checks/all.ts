import type { Check } from "../check.ts";
import { healthAndRelease } from "./health.ts";
import { listOrders } from "./orders.ts";
import { listProducts } from "./products.ts";
import { signInAsSmokeMerchant } from "./signIn.ts";

/** What a release must do before and after users meet it. */
export const checks: readonly Check[] = [healthAndRelease, signInAsSmokeMerchant, listProducts, listOrders];

/** What a release that was good before must do: be there. It must not be vetoed by the incident that it is to end. */
export const liveness: readonly Check[] = [healthAndRelease];
