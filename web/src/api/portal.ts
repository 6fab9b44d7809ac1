/** What a customer sees of their own, by the token of a customer session. */
import * as z from 'zod/mini';
import { Address } from './catalog.ts';
import { call } from './client.ts';
import { subscriptionsOf } from './portal-subscriptions.ts';
import { teamOf } from './portal-team.ts';

const PaymentUnderWay = z.object({
  /** Null where nobody but the processor is waited for. */
  payment_intent_id: z.nullable(z.string()),
  approve_by: z.nullable(z.string()),
});

export const Order = z.object({
  id: z.string(),
  created_at: z.string(),
  status: z.enum(['draft', 'pending', 'paid', 'refunded', 'partially_refunded', 'void']),
  total_amount: z.number(),
  due_amount: z.number(),
  /** Of a card that pays it by hand: less where there is credit, more where something else is owed. */
  asked_amount: z.optional(z.number()),
  refunded_amount: z.number(),
  currency: z.string(),
  billing_reason: z.string(),
  paid: z.boolean(),
  billing_name: z.nullable(z.string()),
  billing_address: z.nullable(Address),
  invoice_number: z.nullable(z.string()),
  description: z.string(),
  subscription_id: z.nullable(z.string()),
  subscription: z.nullish(z.object({ status: z.string() })),
  next_payment_attempt_at: z.nullish(z.string()),
  payment_under_way: z.nullish(PaymentUnderWay),
});
export type Order = z.infer<typeof Order>;

/** How an attempt to pay ended; `error` in the words of the customer's bank. */
const Attempt = z.object({ status: z.string(), error: z.nullish(z.string()) });
export type Attempt = z.infer<typeof Attempt>;

const MeterUsage = z.object({
  id: z.string(),
  consumed_units: z.number(),
  credited_units: z.number(),
  meter: z.object({ name: z.string() }),
});

const Wallet = z.object({
  id: z.string(),
  type: z.enum(['billing', 'usage']),
  currency: z.string(),
  balance: z.number(),
});

const Link = z.object({ url: z.string() });

const Activation = z.object({ id: z.string(), label: z.string(), created_at: z.string() });
export type Activation = z.infer<typeof Activation>;

export const LicenseKey = z.object({
  id: z.string(),
  organization_id: z.string(),
  benefit_id: z.string(),
  key: z.string(),
  status: z.enum(['granted', 'revoked', 'disabled']),
  limit_activations: z.nullable(z.number()),
  usage: z.number(),
  limit_usage: z.nullable(z.number()),
  expires_at: z.nullable(z.string()),
});
export type LicenseKey = z.infer<typeof LicenseKey>;

const LicenseKeyWithActivations = z.extend(LicenseKey, { activations: z.array(Activation) });
export type LicenseKeyWithActivations = z.infer<typeof LicenseKeyWithActivations>;

export const BenefitGrant = z.object({
  id: z.string(),
  benefit_id: z.string(),
  properties: z.object({ license_key_id: z.optional(z.string()) }),
  is_granted: z.boolean(),
  is_revoked: z.boolean(),
  error: z.nullish(z.object({ message: z.string() })),
  benefit: z.object({
    type: z.string(),
    description: z.string(),
    properties: z.object({
      note: z.nullish(z.string()),
      activations: z.nullish(z.object({ enable_customer_admin: z.boolean() })),
    }),
  }),
});
export type BenefitGrant = z.infer<typeof BenefitGrant>;

export const Customer = z.object({
  id: z.string(),
  email: z.nullable(z.string()),
  name: z.nullable(z.string()),
  billing_name: z.nullable(z.string()),
  billing_address: z.nullable(Address),
  /** The number, and which kind it is of. */
  tax_id: z.nullish(z.tuple([z.string(), z.string()])),
  default_payment_method_id: z.nullish(z.string()),
  type: z.nullish(z.enum(['individual', 'team'])),
});
export type Customer = z.infer<typeof Customer>;

export const PaymentMethod = z.object({
  id: z.string(),
  type: z.string(),
  method_metadata: z.optional(
    z.object({ brand: z.string(), last4: z.string(), exp_month: z.number(), exp_year: z.number() }),
  ),
});
export type PaymentMethod = z.infer<typeof PaymentMethod>;

const AddedPaymentMethod = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), payment_method: PaymentMethod }),
  z.object({ status: z.literal('requires_action'), client_secret: z.string() }),
]);
export type AddedPaymentMethod = z.infer<typeof AddedPaymentMethod>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly pages: number;
}

export interface BillingDetails {
  readonly billing_name?: string;
  readonly billing_address?: Address;
}

export interface CustomerChange {
  readonly billing_name?: string | null;
  readonly billing_address?: Address | null;
  readonly tax_id?: string | null;
  readonly default_payment_method_id?: string;
}

const BASE = '/v1/customer-portal';

/** Every call of the portal, bound to one session. Each throws `ApiFailure`; an ended session is `unauthorized`. */
export function portalOf(token: string) {
  async function list<T>(
    path: string,
    item: z.ZodMiniType<T>,
    page: number,
    limit: number,
    filter: Readonly<Record<string, string>> = {},
  ): Promise<Page<T>> {
    const query = new URLSearchParams({ ...filter, page: String(page), limit: String(limit) });
    const answer = z.object({
      items: z.array(item),
      pagination: z.object({ total_count: z.number(), max_page: z.number() }),
    });
    const found = await call({ path: `${BASE}${path}?${query}`, token, answer });
    return { items: found.items, total: found.pagination.total_count, pages: found.pagination.max_page };
  }

  return {
    customer: () => call({ path: `${BASE}/customers/me`, token, answer: Customer }),
    changeCustomer: (body: CustomerChange) =>
      call({ method: 'PATCH', path: `${BASE}/customers/me`, token, body, answer: Customer }),
    requestEmailChange: (email: string) =>
      call({
        method: 'POST',
        path: `${BASE}/customers/me/email-update/request`,
        token,
        body: { email },
        answer: z.null(),
      }),

    ...subscriptionsOf(token),
    team: teamOf(token),

    changeOrder: (id: string, body: BillingDetails) =>
      call({ method: 'PATCH', path: `${BASE}/orders/${id}`, token, body, answer: Order }),
    askForInvoice: (id: string) =>
      call({ method: 'POST', path: `${BASE}/orders/${id}/invoice`, token, answer: z.unknown() }),
    invoice: (id: string) => call({ path: `${BASE}/orders/${id}/invoice`, token, answer: Link }),
    /** Nothing while it is being made. */
    receipt: (id: string) => call({ path: `${BASE}/orders/${id}/receipt`, token, answer: z.optional(Link) }),
    orders: (page: number) => list('/orders/', Order, page, 6),
    order: (id: string) => call({ path: `${BASE}/orders/${id}`, token, answer: Order }),
    /** The newest of a subscription's orders. */
    ordersOf: (subscriptionId: string) => list('/orders/', Order, 1, 20, { subscription_id: subscriptionId }),
    /** Charges an unpaid order to a saved card. Never repeated by itself. */
    pay: (id: string, paymentMethodId: string) =>
      call({
        method: 'POST',
        path: `${BASE}/orders/${id}/confirm-payment`,
        token,
        body: { payment_method_id: paymentMethodId },
        answer: Attempt,
      }),
    paymentStatus: (id: string) => call({ path: `${BASE}/orders/${id}/payment-status`, token, answer: Attempt }),
    meters: () => list('/meters/', MeterUsage, 1, 100),
    wallets: () => list('/wallets/', Wallet, 1, 100),
    benefitGrants: () => list('/benefit-grants/', BenefitGrant, 1, 100),
    /** What one purchase brought. */
    benefitGrantsOf: (checkoutId: string) =>
      list('/benefit-grants/', BenefitGrant, 1, 100, { checkout_id: checkoutId }),

    licenseKeys: () => list('/license-keys/', LicenseKey, 1, 100),
    licenseKey: (id: string) => call({ path: `${BASE}/license-keys/${id}`, token, answer: LicenseKeyWithActivations }),
    deactivate: (key: LicenseKey, activationId: string) =>
      call({
        method: 'POST',
        path: `${BASE}/license-keys/deactivate`,
        token,
        body: { key: key.key, organization_id: key.organization_id, activation_id: activationId },
        answer: z.unknown(),
      }),

    paymentMethods: () => list('/customers/me/payment-methods', PaymentMethod, 1, 100),
    addPaymentMethod: (confirmationToken: string, isDefault: boolean, returnUrl: string) =>
      call({
        method: 'POST',
        path: `${BASE}/customers/me/payment-methods`,
        token,
        body: { confirmation_token_id: confirmationToken, set_default: isDefault, return_url: returnUrl },
        answer: AddedPaymentMethod,
      }),
    confirmPaymentMethod: (setupIntent: string, isDefault: boolean) =>
      call({
        method: 'POST',
        path: `${BASE}/customers/me/payment-methods/confirm`,
        token,
        body: { setup_intent_id: setupIntent, set_default: isDefault },
        answer: AddedPaymentMethod,
      }),
    removePaymentMethod: (id: string) =>
      call({ method: 'DELETE', path: `${BASE}/customers/me/payment-methods/${id}`, token, answer: z.unknown() }),
  };
}
export type Portal = ReturnType<typeof portalOf>;
