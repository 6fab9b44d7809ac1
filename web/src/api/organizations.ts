/** A seller and what it sells, public. */
import * as z from 'zod/mini';
import { Organization, Processor, Product } from './catalog.ts';
import { call } from './client.ts';

/** What customers may do by themselves; what is absent they may not. */
const SelfService = z.object({
  update_plan: z.boolean(),
  update_seats: z.boolean(),
  pause: z.optional(z.boolean()),
});

const Shop = z.object({
  organization: z.extend(Organization, {
    /** Where they may not, what else is allowed counts for nothing. */
    allow_customer_updates: z.boolean(),
    customer_portal_settings: z.object({
      usage: z.object({ show: z.boolean() }),
      subscription: SelfService,
      customer: z.optional(z.object({ allow_email_change: z.optional(z.boolean()) })),
    }),
  }),
  products: z.array(Product),
  /** In which checkouts begin, where the product has a price in it. */
  default_presentment_currency: z.optional(z.string()),
  /** How the portal reaches the card processor to add a card. */
  payment_processor_metadata: z.optional(Processor),
});
export type Shop = z.infer<typeof Shop>;

export function getShop(slug: string, signal?: AbortSignal): Promise<Shop> {
  return call({ path: `/v1/customer-portal/organizations/${encodeURIComponent(slug)}`, answer: Shop, signal });
}
