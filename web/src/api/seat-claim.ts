/** The link of an invitation to a seat: whoever has it needs no session. */
import * as z from 'zod/mini';
import { call } from './client.ts';

const Offer = z.object({
  product_name: z.string(),
  organization_name: z.string(),
  organization_slug: z.string(),
  customer_email: z.string(),
  can_claim: z.boolean(),
});
export type Offer = z.infer<typeof Offer>;

/** Throws `missing` where the link is unknown or used. */
export const seatOffer = (token: string, signal?: AbortSignal): Promise<Offer> =>
  call({ path: `/v1/customer-seats/claim/${encodeURIComponent(token)}`, answer: Offer, signal });

/** Answers with the token of a session. */
export async function claimSeat(token: string): Promise<string> {
  const answer = z.object({ customer_session_token: z.string() });
  const body = { invitation_token: token };
  return (await call({ method: 'POST', path: '/v1/customer-seats/claim', body, answer })).customer_session_token;
}
