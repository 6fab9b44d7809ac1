/** What the buyer or the merchant may still change while a checkout is open. */
import type { CheckoutId } from '../../billing/ids.ts';
import { showBalance } from '../../db/checkout-balance.ts';
import { totalsOfCheckout } from '../../db/checkout-sums.ts';
import { taxBasisOf, taxCheckout } from '../../db/checkout-tax.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { emit } from '../../db/events.ts';
import { lockCheckout } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { checkoutView, loadCheckout } from '../../db/views/checkout.ts';
import { countryOfAddress } from '../../tax/place-of-address.ts';
import { type TaxSheet, withTaxes } from '../../tax/sheet.ts';
import { checkoutNotOpen, expiredCheckout, invalid } from '../errors.ts';
import type { Services } from '../services.ts';
import { settleBuyer } from './buyer.ts';
import { type Change, choose, type Editor } from './choose.ts';
import { complete, entered } from './custom-fields.ts';
import { chooseDiscount, refuseUnchargeable, saleOf } from './discount.ts';
import { refuseForeignPage } from './embed-hosts.ts';
import { refuseUnlessUpgradable } from './upgrade.ts';

export interface CheckoutEdit {
  readonly id: CheckoutId;
  readonly editor: Editor;
  readonly change: Change;
  readonly at: Date;
}

export interface Edited {
  /** Another total for the same things at the same price: the tax is another one than was shown. */
  readonly isOtherTax: boolean;
}

/** Locks an open checkout and writes the change; refuses once somebody pays, has paid, or the time is over. */
export function editCheckout(
  em: EntityManager,
  { environment, taxes }: Pick<Services, 'environment' | 'taxes'>,
  edit: CheckoutEdit,
): Promise<Edited> {
  return withTaxes(taxes, (sheet) => em.fork().transactional((tx) => editWith(tx, sheet, environment, edit)));
}

async function editWith(
  tx: EntityManager,
  taxes: TaxSheet,
  environment: Services['environment'],
  { id, editor, change, at }: CheckoutEdit,
): Promise<Edited> {
  const checkout = await lockCheckout(tx, id);
  refuseUnlessOpen(checkout, editor, at);
  noteWhoseEmail(checkout, editor, change);
  const shown = saleOf(checkout);
  const basis = taxBasisOf(checkout);
  const before = totalsOfCheckout(checkout);
  const isWritten = await write(tx, checkout, editor, change);
  const isOtherDiscount = await chooseDiscount(tx, checkout, change, at, shown);
  if (checkout.taxAmount === null || taxBasisOf(checkout) !== basis)
    await taxCheckout(tx, taxes, checkout, at.getTime());
  refuseUnchargeable(checkout, change);
  const after = totalsOfCheckout(checkout);
  // As Pay is pressed, what was shown stays: where the balance is another one by now, that is told before anything is paid.
  if (editor !== 'payer' || after.total !== before.total) await showBalance(tx, checkout);
  if (!isOtherDiscount && !isWritten) return { isOtherTax: false };
  checkout.modifiedAt = at;
  await tx.flush();
  await emit(tx, {
    organizationId: checkout.organization.id,
    type: 'checkout.updated',
    at,
    data: async () => {
      const loaded = await loadCheckout(tx, checkout);
      return checkoutView(loaded, { environment, at });
    },
  });
  return { isOtherTax: after.net === before.net && after.total !== before.total };
}

/** The peer tells only buyers that the time is over. */
function refuseUnlessOpen(checkout: CheckoutRow, editor: Editor, at: Date): void {
  const isOver = checkout.status === 'expired' || (checkout.status === 'open' && checkout.expiresAt <= at);
  if (isOver && editor !== 'merchant') throw expiredCheckout();
  if (isOver || checkout.status !== 'open') throw checkoutNotOpen();
}

function noteWhoseEmail(checkout: CheckoutRow, editor: Editor, { customer_email: email }: Change): void {
  if (!email || email.toLowerCase() === checkout.customerEmail?.toLowerCase()) return;
  checkout.emailFromMerchant = editor === 'merchant';
}

const FIELDS = {
  customer_name: 'customerName',
  customer_email: 'customerEmail',
  customer_billing_name: 'customerBillingName',
  customer_billing_address: 'customerBillingAddress',
  customer_tax_id: 'customerTaxId',
  customer_ip_address: 'customerIpAddress',
  customer_metadata: 'customerMetadata',
  is_business_customer: 'isBusinessCustomer',
  locale: 'locale',
  allow_trial: 'allowTrial',
  allow_discount_codes: 'allowDiscountCodes',
  require_billing_address: 'requireBillingAddress',
  trial_interval: 'trialInterval',
  trial_interval_count: 'trialIntervalCount',
  success_url: 'successUrl',
  return_url: 'returnUrl',
  embed_origin: 'embedOrigin',
  metadata: 'metadata',
} as const;

/** Columns that have a value of their own and can't be emptied. */
const REQUIRED: ReadonlySet<string> = new Set([
  'allowTrial',
  'allowDiscountCodes',
  'requireBillingAddress',
  'isBusinessCustomer',
  'metadata',
  'customerMetadata',
]);

async function write(em: EntityManager, checkout: CheckoutRow, editor: Editor, change: Change): Promise<boolean> {
  let changed = await choose(em, checkout, editor, change);
  if (changed) await refuseUnlessUpgradable(em, checkout);
  for (const [field, column] of Object.entries(FIELDS)) {
    const value: unknown = (change as Readonly<Record<string, unknown>>)[field];
    if (value === undefined || (value === null && REQUIRED.has(column))) continue;
    if (column === 'customerEmail' && checkout.customer) continue;
    Object.assign(checkout, { [column]: value });
    changed = true;
  }
  const ip = change.customer_ip_address;
  if (ip !== undefined) checkout.customerIpCountry = ip === null ? null : countryOfAddress(ip);
  settleBuyer(checkout, change);
  if ('embed_origin' in change && change.embed_origin) refuseForeignPage(checkout.organization, change.embed_origin);
  if (change.custom_field_data) {
    checkout.customFieldData = await entered(em, checkout.productIds, change.custom_field_data);
    changed = true;
  }
  if (editor === 'payer') checkout.customFieldData = await complete(em, checkout);
  if (Boolean(checkout.trialInterval) !== Boolean(checkout.trialIntervalCount)) {
    throw invalid(['body', 'trial_interval'], 'A trial has both an interval and a count, or neither.');
  }
  return changed;
}
