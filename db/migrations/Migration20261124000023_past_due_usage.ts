import { Migration } from '@mikro-orm/migrations';

/** What is counted by a subscription that is past due has no end until that is paid: what was kept since one is merged. */
export class Migration20261124000023_past_due_usage extends Migration {
  override up(): void {
    // In the order in which all others lock them.
    this.addSql(`
      create temporary table past_due_accounts on commit drop as
        select a.subject, a.meter_id from subscriptions s
          join customer_meters m on m.subscription_id = s.id
          join customers c on c.id = m.customer_id
          join usage_accounts a on a.meter_id = m.meter_id and a.subject in (c.id, c.external_subject)
        where s.status = 'past_due' and a.period_end > 'epoch'
        order by a.subject, a.meter_id for update of a`);
    // As usage/accounts.ts does it: of unique values, each once.
    this.addSql(`
      with late as (
        select v.subject, v.meter_id, a.generation, v.value from usage_values v
          join usage_accounts a using (subject, meter_id)
          join past_due_accounts p using (subject, meter_id)
        where v.generation = a.generation + 1
      ), moved as (
        insert into usage_values (subject, meter_id, generation, value)
        select subject, meter_id, generation, value from late on conflict do nothing returning subject, meter_id
      ), dropped as (
        delete from usage_values v using late
        where (v.subject, v.meter_id, v.generation, v.value)
          = (late.subject, late.meter_id, late.generation + 1, late.value)
      ), added as (select subject, meter_id, count(*) as more from moved group by 1, 2)
      update usage_accounts a set count = a.count + coalesce(added.more, 0), next_count = 0
      from (select distinct subject, meter_id from late) l left join added using (subject, meter_id)
      where (a.subject, a.meter_id) = (l.subject, l.meter_id)`);
    this.addSql(`
      update usage_accounts a set period_end = null,
        count = a.count + a.next_count, sum = a.sum + a.next_sum,
        min = least(a.min, a.next_min), max = greatest(a.max, a.next_max),
        next_count = 0, next_sum = 0, next_min = null, next_max = null
      from past_due_accounts p where (a.subject, a.meter_id) = (p.subject, p.meter_id)`);
  }
}
