/** Whether anything that a customer has is charged to a card of theirs, or will be: a price, what is used, a change to come. */
import type { CustomerId, PaymentMethodId } from '../billing/ids.ts';
import type { EntityManager } from './orm.ts';

export async function isChargedToCard(
  em: EntityManager,
  customer: CustomerId,
  { card, isDefault }: { readonly card: PaymentMethodId; readonly isDefault: boolean },
): Promise<boolean> {
  const charged: unknown[] = await em.execute(CHARGED, [customer, card, customer, card, isDefault]);
  return charged.length > 0;
}

// Of a checkout that has been paid the subscription comes to be in a moment, with its card.
const CHARGED = `
  select 1 from checkouts where customer_id = ? and payment_method_id = ? and status = 'confirmed'
  union all
  select 1 from subscriptions
  where customer_id = ? and status <> 'canceled'
  and (payment_method_id = ? or (? and payment_method_id is null)) and (
    amount > 0
    or exists (select 1 from subscription_meters where subscription_id = subscriptions.id and price_id is not null)
    or exists (
      select 1 from subscription_changes as change
      where change.subscription_id = subscriptions.id and change.status in ('pending', 'charging') and (
        change.amount > 0
        or exists (
          select 1 from prices
          where prices.product_id = change.product_id and prices.currency = subscriptions.currency
            and amount_type = 'metered_unit' and source = 'catalog' and not is_archived
        )
      )
    )
  )
  limit 1`;
