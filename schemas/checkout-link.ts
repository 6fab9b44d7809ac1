/** Addresses that sell. */
import { z } from 'zod';
import { AppliedDiscount } from './discount.ts';
import { oneOfForms } from './forms.ts';
import { hasWholeTrial, trial, trialInput, WHOLE_TRIAL } from './intervals.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { count, Id, identified, optionalLine, UrlInput } from './primitives.ts';
import { publicProductFields } from './product.ts';

const MOST_SEATS = 10_000;
const MOST_PRODUCTS = 100;

export const CheckoutLinkProduct = z
  .object({ ...publicProductFields, metadata: Metadata })
  .meta({ id: 'CheckoutLinkProduct' });
export type CheckoutLinkProduct = z.infer<typeof CheckoutLinkProduct>;

export const CheckoutLink = z
  .object({
    ...identified,
    ...trial,
    metadata: Metadata.describe('Goes to the checkouts that it opens, and with them to orders and subscriptions.'),
    payment_processor: z.enum(['stripe']),
    client_secret: z.string(),
    url: z.string().describe('To be put anywhere: each visit opens a checkout.'),
    success_url: z.string().nullable(),
    return_url: z.string().nullable(),
    label: z.string().nullable(),
    allow_discount_codes: z.boolean(),
    require_billing_address: z.boolean(),
    discount_id: Id.nullable(),
    discount: AppliedDiscount.nullable(),
    seats: z.int().nullable(),
    organization_id: Id,
    products: z.array(CheckoutLinkProduct),
  })
  .meta({ id: 'CheckoutLink' });
export type CheckoutLink = z.infer<typeof CheckoutLink>;

const products = z.array(Id).min(1).max(MOST_PRODUCTS).describe('What the buyer may choose from.');

const settable = {
  ...trialInput,
  label: optionalLine(256).describe('For yourself; buyers don’t see it.'),
  discount_id: Id.nullable().optional().describe('Left out where it can’t be redeemed any more.'),
  seats: count(1, MOST_SEATS).nullable().optional().describe('For how many seats it sells; all products need seats.'),
  success_url: UrlInput.nullable().optional().describe('`{CHECKOUT_ID}` in it is replaced by the id.'),
  return_url: UrlInput.nullable().optional(),
};

const created = {
  ...settable,
  payment_processor: z.literal('stripe').default('stripe'),
  allow_discount_codes: z.boolean().default(true),
  require_billing_address: z.boolean().default(false),
  metadata: MetadataInput.default({}),
};

/** What it sells is named by products, one product, or one price, which stands for its product. */
export const CheckoutLinkCreate = oneOfForms(
  {
    product_id: z.object({ ...created, product_id: Id }).meta({ id: 'CheckoutLinkCreateProduct' }),
    product_price_id: z.object({ ...created, product_price_id: Id }).meta({ id: 'CheckoutLinkCreateProductPrice' }),
  },
  z.object({ ...created, products }).meta({ id: 'CheckoutLinkCreateProducts' }),
)
  .refine(hasWholeTrial, WHOLE_TRIAL)
  .meta({ id: 'CheckoutLinkCreate' });
export type CheckoutLinkCreate = z.infer<typeof CheckoutLinkCreate>;

export const CheckoutLinkUpdate = z
  .object({
    ...settable,
    products: products.nullable().optional(),
    allow_discount_codes: z.boolean().nullable().optional(),
    require_billing_address: z.boolean().nullable().optional(),
    metadata: MetadataInput.optional(),
  })
  .meta({ id: 'CheckoutLinkUpdate' });
export type CheckoutLinkUpdate = z.infer<typeof CheckoutLinkUpdate>;
