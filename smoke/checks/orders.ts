import * as v from "valibot";
import { check } from "../check.ts";
import { demand } from "../outcome.ts";
import { readBody } from "../readBody.ts";

const orders = v.array(v.looseObject({ id: v.string(), merchantId: v.string() }));

/** The smoke merchant sees its orders; it keeps at least one, or an empty list would pass. */
export const listOrders = check("orders.list", { touches: ["src/orders/**"] }, async ({ api, login }) => {
  const answer = await api.get("/orders", await login());
  const rows = readBody(answer, orders, "a list of orders with id and merchantId");
  demand(rows.length > 0, `${answer.request} shows no order of the smoke merchant: it must keep at least one`);
});
