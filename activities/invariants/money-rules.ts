/** What must hold of money: in the books, on orders and in balances it is the same. */
import type { InvariantRule } from './rules.ts';

/** What customers have to their credit, by the account in the books. */
const WALLETS = `(values ('customer_balance', 'billing'), ('usage_wallet', 'usage')) x (account, type)`;

export const MONEY_RULES: readonly InvariantRule[] = [
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
];
