/** What customers see in their portal: the same rows, with less of the merchant's own. */
import type {
  CustomerBenefitGrant,
  CustomerOrder,
  CustomerPortalCustomer,
  CustomerSubscription,
} from '../../schemas/customer-portal.ts';
import { type ChangeAtBank, changesAtBank } from '../changes-at-bank.ts';
import { usageOfSubscriptions } from '../customer-meters.ts';
import type { BenefitGrantRow } from '../entities/benefit-grant.ts';
import type { CustomerRow } from '../entities/customer.ts';
import type { MemberRow } from '../entities/member.ts';
import type { OrderRow } from '../entities/order.ts';
import type { ProductRow } from '../entities/product.ts';
import type { SubscriptionRow } from '../entities/subscription.ts';
import type { Person } from '../grant-holders.ts';
import type { EntityManager } from '../orm.ts';
import { askedByHand } from '../payable-by-hand.ts';
import { type PaymentUnderWay, paymentsUnderWay } from '../payments-under-way.ts';
import { benefitView } from './benefit.ts';
import { addressView, NO_BILLING } from './customer.ts';
import { portalSubscriptionMetersView, type UsageByMeter } from './customer-meter.ts';
import { itemsView, orderFieldsView } from './order.ts';
import { portalOrganizationView, publicOrganizationView } from './organization.ts';
import { publicProductView } from './product.ts';
import { identity, iso, isoOrNull } from './stamps.ts';
import { changedView, pendingUpdateView, pricesOf, subscriptionFieldsView } from './subscription.ts';

export { paymentMethodView as portalPaymentMethodView } from './payment-method.ts';

export const PORTAL_SUBSCRIPTION_POPULATE = [
  'price',
  'meters.meter',
  'meters.price',
  'product.prices',
  'product.benefits',
  'organization',
  'pendingChange',
] as const;
export const PORTAL_ORDER_POPULATE = [
  'items',
  'subscription',
  'product.prices',
  'product.benefits',
  'organization',
] as const;
export const PORTAL_GRANT_POPULATE = ['benefit.organization', 'customer'] as const;

/** As one of the customer's people sees them. */
export function portalCustomerView(row: CustomerRow, { role }: Pick<Person, 'role'>): CustomerPortalCustomer {
  return {
    ...identity(row),
    email: row.email,
    email_verified: row.emailVerified,
    name: row.name ?? null,
    billing_name: row.billingName ?? row.name ?? null,
    billing_address: addressView(row.billingAddress),
    tax_id: row.taxId ?? null,
    oauth_accounts: {},
    default_payment_method_id: row.defaultPaymentMethodId ?? null,
    type: row.type,
    locale: row.locale ?? null,
    ...(role === 'member' ? NO_BILLING : {}),
  };
}

/** With what waits for their bank, which is nobody else's to approve. */
export async function ownSubscriptionViews(
  em: EntityManager,
  rows: readonly SubscriptionRow[],
): Promise<CustomerSubscription[]> {
  const [views, waiting] = [await portalSubscriptionViews(em, rows), await changesAtBank(em, rows)];
  return rows.flatMap((row, i) => {
    const [view, change] = [views[i], waiting.get(row.id)];
    return view ? [{ ...view, change_at_bank: change ? changeAtBankView(row, change) : null }] : [];
  });
}

export async function readPortalSubscription(em: EntityManager, row: SubscriptionRow): Promise<CustomerSubscription> {
  const [view] = await ownSubscriptionViews(em, [row]);
  if (!view) throw new Error(`Subscription ${row.id} has no view.`);
  return view;
}

function changeAtBankView(row: SubscriptionRow, { change, paymentIntentId, dueAmount, approveBy }: ChangeAtBank) {
  return {
    ...changedView(row, change),
    due_amount: dueAmount,
    approve_by: iso(approveBy),
    payment_intent_id: paymentIntentId,
  };
}

export async function portalSubscriptionViews(
  em: EntityManager,
  rows: readonly SubscriptionRow[],
): Promise<CustomerSubscription[]> {
  const usages = await usageOfSubscriptions(em, rows);
  return rows.map((row) => portalSubscriptionView(row, usages.get(row.id)));
}

function portalSubscriptionView(row: SubscriptionRow, usages: UsageByMeter = new Map()): CustomerSubscription {
  return {
    ...subscriptionFieldsView(row),
    product: boughtProduct(row.product, row),
    prices: pricesOf(row),
    meters: portalSubscriptionMetersView(row, usages),
    pending_update: pendingUpdateView(row),
  };
}

/** With what is under way to pay them, and what a card would be asked for. */
export async function ownOrderViews(em: EntityManager, rows: readonly OrderRow[]): Promise<CustomerOrder[]> {
  const underWay = await paymentsUnderWay(em, rows);
  const views: CustomerOrder[] = [];
  for (const row of rows) {
    const payment_under_way = underWayView(underWay.get(row.id));
    views.push({ ...portalOrderView(row), payment_under_way, asked_amount: await askedByHand(em, row) });
  }
  return views;
}

export async function readPortalOrder(em: EntityManager, row: OrderRow): Promise<CustomerOrder> {
  const [view] = await ownOrderViews(em, [row]);
  if (!view) throw new Error(`Order ${row.id} has no view.`);
  return view;
}

function underWayView(payment: PaymentUnderWay | undefined): CustomerOrder['payment_under_way'] {
  if (payment === undefined) return null;
  const { atBank } = payment;
  return { payment_intent_id: atBank?.paymentIntentId ?? null, approve_by: isoOrNull(atBank?.approveBy) };
}

function portalOrderView(row: OrderRow): CustomerOrder {
  return {
    ...orderFieldsView(row),
    product: row.product ? boughtProduct(row.product, row) : null,
    subscription: row.subscription ? subscriptionFieldsView(row.subscription) : null,
    items: itemsView(row),
  };
}

/** As one of the customer's people sees it. Its type was checked when it was written. Where no member has it, the owner does. */
export function portalGrantView(
  row: BenefitGrantRow,
  owner: MemberRow | null,
  person: Pick<Person, 'role'>,
): CustomerBenefitGrant {
  const {
    metadata: _,
    visibility: _visibility,
    visibility_configurable: _configurable,
    ...benefit
  } = benefitView(row.benefit);
  return {
    ...identity(row),
    granted_at: isoOrNull(row.grantedAt),
    is_granted: Boolean(row.grantedAt) && !row.revokedAt,
    revoked_at: isoOrNull(row.revokedAt),
    is_revoked: Boolean(row.revokedAt),
    subscription_id: row.subscription?.id ?? null,
    order_id: row.order?.id ?? null,
    customer_id: row.customer.id,
    member_id: row.member?.id ?? owner?.id ?? null,
    benefit_id: row.benefit.id,
    error: row.error ?? null,
    customer: portalCustomerView(row.customer, person),
    benefit: { ...benefit, organization: publicOrganizationView(row.benefit.organization) },
    properties: row.properties,
  } as unknown as CustomerBenefitGrant;
}

function boughtProduct(product: ProductRow, { organization }: Pick<OrderRow, 'organization'>) {
  return { ...publicProductView(product), organization: portalOrganizationView(organization) };
}
