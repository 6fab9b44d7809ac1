/** What must hold of taxes: on orders, in the books, and towards whoever they are told to. */
import type { InvariantRule } from './rules.ts';

const IS_PAID = `o.status in ('paid', 'refunded', 'partially_refunded')`;

export const TAX_RULES: readonly InvariantRule[] = [
  {
    name: 'the tax of an order is that of its jurisdictions',
    query: `
      select o.id::text as subject, 'tax ' || o.tax_amount || ', of its jurisdictions ' || coalesce(r.tax, 0) as detail
      from orders o
      cross join lateral (select sum((rate->>'amount')::bigint) as tax from jsonb_array_elements(o.tax_rates) rate) r
      where o.organization_id = :organization and coalesce(r.tax, 0) <> o.tax_amount`,
  },
  {
    name: 'the tax of each paid order is in the books, and of no other',
    query: `
      select coalesce(o.id, t.source_id)::text as subject, 'tax ' || coalesce(o.tax_amount, 0) || ' of an order that is ' ||
        coalesce(o.status, 'missing') || ', booked ' || coalesce(t.amount, 0) as detail
      from (select * from orders where organization_id = :organization) o
      full join (
        select t.source_id, -sum(e.amount) as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id and e.account = 'tax_payable'
        where t.organization_id = :organization and t.kind = 'tax' group by t.source_id
      ) t on t.source_id = o.id
      where coalesce(t.amount, 0) <> case when ${IS_PAID} then o.tax_amount else 0 end`,
  },
  {
    name: 'what is owed to tax offices is the tax of paid orders, less what was refunded',
    query: `
      select coalesce(o.currency, k.currency) as subject, 'taxes ' || coalesce(o.tax, 0) || ', booked ' ||
        coalesce(k.amount, 0) as detail
      from (
        select o.currency, sum(o.tax_amount - o.refunded_tax_amount) as tax
        from orders o where o.organization_id = :organization and ${IS_PAID} group by o.currency
      ) o
      full join (
        select t.currency, -sum(e.amount) as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id and e.account = 'tax_payable'
        where t.organization_id = :organization group by t.currency
      ) k on k.currency = o.currency
      where coalesce(o.tax, 0) <> coalesce(k.amount, 0)`,
  },
  {
    // Providers forget what they have calculated after some months. Dates on test clocks say nothing of that.
    name: 'the tax of a paid order is recorded with its provider within a day',
    query: `
      select o.id::text as subject, 'calculated as ' || o.tax_calculation_id || ', paid on ' || o.paid_at as detail
      from orders o join customers c on c.id = o.customer_id
      where o.organization_id = :organization and o.tax_calculation_id is not null and o.tax_record_id is null
        and c.test_clock_id is null and o.paid_at < :now::timestamptz - interval '1 day'`,
  },
];
