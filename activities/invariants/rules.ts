/**
 * What must hold between the rows, each rule as a query that finds what breaks it. Every query takes the organization's
 * id and the present instant, and returns who disagrees (`subject`) and in which way (`detail`).
 */

import { CHANGE_RULES } from './change-rules.ts';
import { SEAT_RULES } from './seat-rules.ts';
import { TAX_RULES } from './tax-rules.ts';
import { USAGE_RULES } from './usage-rules.ts';

export interface InvariantRule {
  readonly name: string;
  readonly query: string;
}

/** The test clock, if any, that the customer lives on. */
const clockOf = (customerId: string) => `
      left join customers c on c.id = ${customerId} left join test_clocks t on t.id = c.test_clock_id`;

/** Real time is given some minutes; a clock that rests has left nothing undone up to the instant that it shows. */
const isOver = (instant: string, minutes = 10) => `
        ((t.id is null and ${instant} < :now::timestamptz - interval '${minutes} minutes')
          or (t.status = 'ready' and ${instant} <= t.frozen_time))`;

const IS_BEING_PAID = `exists (select 1 from payments p where p.order_id = o.id and p.status = 'pending')`;

/** What customers have to their credit, by the account in the books. */
const WALLETS = `(values ('customer_balance', 'billing'), ('usage_wallet', 'usage')) x (account, type)`;

export const INVARIANT_RULES: readonly InvariantRule[] = [
  {
    name: 'each ledger transaction sums to zero',
    query: `
      select t.id::text as subject, 'sums to ' || coalesce(sum(e.amount), 0) as detail
      from ledger_transactions t left join ledger_entries e on e.transaction_id = t.id
      where t.organization_id = :organization group by t.id
      having coalesce(sum(e.amount), 0) <> 0 or count(e.id) < 2`,
  },
  {
    name: 'each succeeded payment is in the books with its amount',
    query: `
      select p.id::text as subject, 'paid ' || p.amount || ', booked ' || coalesce(e.amount::text, 'nothing') as detail
      from payments p
      left join ledger_transactions t on t.source_id = p.id and t.kind = 'payment'
      left join ledger_entries e on e.transaction_id = t.id and e.account = 'processor'
      where p.organization_id = :organization and p.status = 'succeeded'
        and (e.amount is distinct from p.amount or t.currency is distinct from p.currency)`,
  },
  {
    name: 'what is in the books comes from a succeeded payment',
    query: `
      select t.id::text as subject, t.kind || ' of payment ' || t.source_id as detail
      from ledger_transactions t left join payments p on p.id = t.source_id
      where t.organization_id = :organization and t.kind in ('payment', 'processor_fee', 'platform_fee')
        and p.status is distinct from 'succeeded'`,
  },
  {
    name: 'the fees in the books are those of the payment and its order',
    query: `
      select p.id::text as subject,
        'processor kept ' || coalesce(p.processor_fee::text, 'an unknown fee') || ', booked ' || booked.processor_fee ||
        '; platform fee ' || o.platform_fee_amount || ', booked ' || booked.platform_fee as detail
      from payments p join orders o on o.id = p.order_id
      cross join lateral (
        select coalesce(sum(e.amount) filter (where t.kind = 'processor_fee' and e.account = 'processor_fees'), 0) as processor_fee,
          coalesce(-sum(e.amount) filter (where t.kind = 'platform_fee' and e.account = 'platform_revenue'), 0) as platform_fee
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
        where t.source_id = p.id and t.kind in ('processor_fee', 'platform_fee')
      ) booked
      where p.organization_id = :organization and p.status = 'succeeded'
        and (p.processor_fee is distinct from booked.processor_fee or o.platform_fee_amount <> booked.platform_fee)`,
  },
  {
    name: 'each order adds up',
    query: `
      select o.id::text as subject, 'lines ' || coalesce(i.sum, 0) || ', subtotal ' || o.subtotal_amount ||
        ', discount ' || o.discount_amount || ', net ' || o.net_amount || ', tax ' || o.tax_amount || ', of its lines ' || coalesce(i.tax, 0) ||
        ', of it on top ' || coalesce(i.added, 0) || ', total ' || o.total_amount as detail
      from orders o left join (
        select order_id, sum(amount), sum(tax_amount) as tax, sum(tax_amount) filter (where tax_behavior = 'exclusive') as added
        from order_items group by order_id
      ) i on i.order_id = o.id
      where o.organization_id = :organization and (coalesce(i.sum, 0) <> o.subtotal_amount
        or o.net_amount <> o.subtotal_amount - o.discount_amount or coalesce(i.tax, 0) <> o.tax_amount
        or o.total_amount <> o.net_amount + coalesce(i.added, 0))`,
  },
  {
    name: 'a paid order was paid once, in full',
    query: `
      select o.id::text as subject, 'total ' || o.total_amount || ', of balance ' || o.applied_balance_amount || ', succeeded payments ' || count(p.id) ||
        ' of ' || coalesce(sum(p.amount), 0) as detail
      from orders o left join payments p on p.order_id = o.id and p.status = 'succeeded'
      where o.organization_id = :organization and o.status = 'paid' group by o.id
      having coalesce(sum(p.amount), 0) <> o.total_amount + o.applied_balance_amount or count(p.id) > 1`,
  },
  {
    name: 'a customer’s balance is what the books say',
    query: `
      select c.id::text as subject, 'balance ' || coalesce(b.amount, 0) || ' ' || coalesce(b.currency, k.currency) || ' for ' || coalesce(b.type, k.type) ||
        ', booked ' || coalesce(k.amount, 0) as detail
      from (
        select t.customer_id, t.currency, x.type, -sum(e.amount) as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ${WALLETS} on x.account = e.account
        where t.organization_id = :organization group by t.customer_id, t.currency, x.type
      ) k
      full join (
        select b.* from customer_balances b join customers c on c.id = b.customer_id where c.organization_id = :organization
      ) b on b.customer_id = k.customer_id and b.currency = k.currency and b.type = k.type
      left join customers c on c.id = coalesce(k.customer_id, b.customer_id)
      where coalesce(b.amount, 0) <> coalesce(k.amount, 0)`,
  },
  {
    name: 'what an order took from the balance is in the books',
    query: `
      select coalesce(o.id, t.source_id)::text as subject, 'took ' || coalesce(-o.applied_balance_amount, 0) || ', booked ' ||
        coalesce(-t.amount, 0) || '; of the wallet ' || coalesce(-o.applied_usage_wallet_amount, 0) || ', booked ' ||
        coalesce(-t.of_wallet, 0) as detail
      from (
        select id, applied_balance_amount, applied_usage_wallet_amount from orders where organization_id = :organization
        union all
        -- Of a checkout that is being paid, the order is still to come.
        select attempt_id, applied_balance_amount, 0 from checkouts
        where organization_id = :organization and status = 'confirmed' and applied_balance_amount <> 0
      ) o
      full join (
        select coalesce(p.order_id, c.order_id, t.source_id) as source_id, -sum(e.amount) as amount,
          -coalesce(sum(e.amount) filter (where e.account = 'usage_wallet'), 0) as of_wallet
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ${WALLETS} on x.account = e.account
        left join payments p on p.id = t.source_id and p.organization_id = :organization
        left join checkouts c on c.attempt_id = t.source_id and c.organization_id = :organization
        where t.organization_id = :organization and t.kind <> 'goodwill'
        group by coalesce(p.order_id, c.order_id, t.source_id)
      ) t on t.source_id = o.id
      where coalesce(o.applied_balance_amount, 0) <> coalesce(t.amount, 0)
        or coalesce(o.applied_usage_wallet_amount, 0) <> coalesce(t.of_wallet, 0)`,
  },
  {
    name: 'a wallet for usage pays for no more than was used',
    query: `
      select o.id::text as subject, 'of the wallet ' || -o.applied_usage_wallet_amount || ', used ' || coalesce(used.amount, 0) as detail
      from orders o left join lateral (
        select sum(i.amount + case when i.tax_behavior = 'exclusive' then i.tax_amount else 0 end) as amount
        from order_items i join prices p on p.id = i.price_id and p.amount_type = 'metered_unit' where i.order_id = o.id
      ) used on true
      where o.organization_id = :organization
        and (o.applied_usage_wallet_amount > 0 or -o.applied_usage_wallet_amount > coalesce(used.amount, 0))`,
  },
  {
    name: 'what a merchant gave to a balance is in the books',
    query: `
      select coalesce(a.id, t.source_id)::text as subject, 'given ' || coalesce(a.amount, 0) || ', booked ' ||
        coalesce(t.amount, 0) as detail
      from (select * from balance_adjustments where organization_id = :organization) a
      full join (
        select t.source_id, t.customer_id, t.currency, x.type, -e.amount as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ${WALLETS} on x.account = e.account
        where t.organization_id = :organization and t.kind = 'goodwill'
      ) t on t.source_id = a.id and t.customer_id = a.customer_id and t.currency = a.currency and t.type = a.type
      where coalesce(a.amount, 0) <> coalesce(t.amount, 0)`,
  },
  {
    name: 'a payment that succeeded has paid its order',
    query: `
      select p.id::text as subject, 'order ' || coalesce(o.id::text, 'none') || ' is ' || coalesce(o.status, 'missing') as detail
      from payments p left join orders o on o.id = p.order_id
      where p.organization_id = :organization and p.status = 'succeeded'
        and coalesce(o.status, '') not in ('paid', 'refunded', 'partially_refunded')`,
  },
  {
    // PREFIX-0001 is a number of the organization's series, PREFIX-CUSTOMER-0001 one of a customer's.
    name: 'invoice numbers have no gaps',
    query: `
      select o.id::text as subject, 'next number is ' || o.next_invoice_number || ', orders with a number: ' || count(r.id) as detail
      from organizations o left join orders r on r.organization_id = o.id and r.invoice_number not like '%-%-%'
      where o.id = :organization group by o.id
      having count(r.id) <> o.next_invoice_number - 1`,
  },
  {
    name: 'a customer’s own invoice numbers have no gaps',
    query: `
      select c.id::text as subject, 'next number is ' || c.next_invoice_number || ', orders with a number: ' || count(r.id) as detail
      from customers c left join orders r on r.customer_id = c.id and r.invoice_number like '%-%-%'
      where c.organization_id = :organization group by c.id
      having count(r.id) <> c.next_invoice_number - 1`,
  },
  {
    name: 'a pending order is being collected',
    query: `
      select o.id::text as subject, 'subscription ' || coalesce(s.id::text, 'none') || ' is ' || coalesce(s.status, 'missing') as detail
      from orders o left join subscriptions s on s.id = o.subscription_id
      where o.organization_id = :organization and o.status = 'pending' and s.status is distinct from 'canceled'
        and not coalesce(s.status = 'past_due' and o.next_payment_attempt_at is not null, false) and not ${IS_BEING_PAID}`,
  },
  {
    // Below 0 it holds balance, above it the credits of its lines have become balance.
    name: 'an unpaid order of an ended subscription holds no balance',
    query: `
      select o.id::text as subject, 'of balance ' || o.applied_balance_amount || ', credits of its lines ' || i.credit as detail
      from orders o join subscriptions s on s.id = o.subscription_id
      cross join lateral (
        select greatest(0, -coalesce(sum(amount + case when tax_behavior = 'exclusive' then tax_amount else 0 end), 0)) as credit
        from order_items where order_id = o.id and proration
      ) i
      where o.organization_id = :organization and o.status = 'pending' and s.status = 'canceled'
        and o.applied_balance_amount <> i.credit and not ${IS_BEING_PAID}`,
  },
  {
    name: 'no retry of a payment is overdue',
    query: `
      select o.id::text as subject, 'was to be tried on ' || o.next_payment_attempt_at as detail
      from orders o ${clockOf('o.customer_id')}
      where o.organization_id = :organization and o.status = 'pending' and not ${IS_BEING_PAID}
        and ${isOver('o.next_payment_attempt_at')}`,
  },
  {
    // The processor lives in real time, also where the customer lives on a test clock. A buyer may take their time.
    name: 'no payment is under way for hours',
    query: `
      select p.id::text as subject, p.amount || ' ' || p.currency || ' since ' || coalesce(p.begun_at, p.created_at) as detail
      from payments p left join checkouts k on k.id = p.checkout_id
      where p.organization_id = :organization and p.status = 'pending' and k.status is distinct from 'confirmed'
        and coalesce(p.begun_at, p.created_at) < :now::timestamptz - interval '3 hours'`,
  },
  {
    name: 'no checkout outlives its expiry',
    query: `
      select k.id::text as subject, k.status || ', expired on ' || k.expires_at as detail
      from checkouts k ${clockOf('k.customer_id')}
      where k.organization_id = :organization and k.status in ('open', 'confirmed') and ${isOver('k.expires_at', 60)}`,
  },
  {
    name: 'every period that a subscription has opened is billed',
    query: `
      select s.id::text as subject, 'cycle ' || s.cycle || ' without an order' as detail
      from subscriptions s
      where s.organization_id = :organization and s.cycle > 0 and s.checkout_id is not null
        and not exists (select 1 from orders o where o.subscription_id = s.id and o.cycle = s.cycle)
        and exists (select 1 from orders o where o.subscription_id = s.id and o.status = 'paid' and o.cycle = s.cycle - 1)
        -- What the one before paid late may be for this period: those in between were not delivered.
        and not exists (select 1 from orders o join payments p on p.order_id = o.id and p.status = 'succeeded'
          where o.subscription_id = s.id and o.cycle = s.cycle - 1 and p.modified_at >= s.current_period_start)`,
  },
  {
    name: 'no renewal is overdue',
    query: `
      select s.id::text as subject, s.status || ', period ended ' || s.current_period_end as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status in ('active', 'trialing')
        and ${isOver('s.current_period_end')}`,
  },
  {
    name: 'no meter cycle is overdue',
    query: `
      select s.id::text as subject, 'meter period ended ' || s.current_meter_period_end as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status = 'active'
        and s.current_meter_period_end < s.current_period_end and ${isOver('s.current_meter_period_end')}`,
  },
  {
    name: 'no pause outlasts its date',
    query: `
      select s.id::text as subject, 'was to resume on ' || s.resumes_at as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status = 'paused' and ${isOver('s.resumes_at')}`,
  },
  {
    name: 'a subscription that is past due has an unpaid order that will be tried',
    query: `
      select s.id::text as subject, 'no pending order with a next attempt' as detail
      from subscriptions s
      where s.organization_id = :organization and s.status = 'past_due' and not exists (
        select 1 from orders o where o.subscription_id = s.id and o.status = 'pending'
          and (o.next_payment_attempt_at is not null or ${IS_BEING_PAID}))`,
  },
  {
    name: 'a subscription that has ended says when',
    query: `
      select s.id::text as subject, s.status || ', ended at ' || coalesce(s.ended_at::text, 'never') as detail
      from subscriptions s
      where s.organization_id = :organization and (s.status = 'canceled') <> (s.ended_at is not null)`,
  },
  {
    name: 'a running subscription holds the benefits of its product',
    query: `
      select s.id::text as subject, 'benefit ' || b.benefit_id || ' is ' || coalesce(g.wanted, 'not asked for') as detail
      from subscriptions s join product_benefits b on b.product_id = s.product_id
      join benefits x on x.id = b.benefit_id and x.deleted_at is null
      join prices p on p.id = s.price_id
      left join customer_seats c on c.subscription_id = s.id and c.status = 'claimed'
      left join benefit_grants g on g.subscription_id = s.id and g.benefit_id = b.benefit_id
        and g.member_id is not distinct from c.member_id
      where s.organization_id = :organization and s.status in ('active', 'trialing') and g.wanted is distinct from 'granted'
        and (p.amount_type <> 'seat_based' or p.unit_label is not null or c.id is not null)`,
  },
  {
    name: 'an ended or paused subscription holds no benefits',
    query: `
      select g.id::text as subject, 'still ' || g.wanted || ' by subscription ' || s.id as detail
      from subscriptions s join benefit_grants g on g.subscription_id = s.id
      where s.organization_id = :organization and s.status in ('canceled', 'paused') and g.wanted = 'granted'`,
  },
  {
    name: 'grants are as they are wanted, or say why not',
    query: `
      select g.id::text as subject, 'wanted ' || g.wanted || ' under version ' || g.version || ', done ' || g.done_version as detail
      from benefit_grants g join benefits b on b.id = g.benefit_id ${clockOf('g.customer_id')}
      where b.organization_id = :organization and g.error is null and g.done_version < g.version
        and ${isOver('g.wanted_at', 5)}`,
  },
  {
    name: 'a license key is as its grant',
    query: `
      select k.id::text as subject, 'key ' || k.status || ', grant ' || g.wanted as detail
      from license_keys k join benefit_grants g on g.id = k.grant_id
      where k.organization_id = :organization and g.done_version = g.version
        and ((g.wanted = 'granted' and k.status = 'revoked') or (g.wanted = 'revoked' and k.status = 'granted'))`,
  },
  ...CHANGE_RULES,
  ...SEAT_RULES,
  ...USAGE_RULES,
  ...TAX_RULES,
];
