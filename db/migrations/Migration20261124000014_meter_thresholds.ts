import { Migration } from '@mikro-orm/migrations';

/** What of their credits customers have used up is told: thresholds of meters, and when somebody has to look. */
export class Migration20261124000014_meter_thresholds extends Migration {
  override up(): void {
    this.addSql(`alter table meters add column thresholds int[] not null default '{}'`);

    // What was told last; null: nothing since the customer has credits. Who has some by now is told of what comes.
    this.addSql(`
      alter table customer_meters
        add column told_thresholds int[] null,
        add column told_ahead int[] not null default '{}'`);
    this.addSql(`update customer_meters set told_thresholds = '{}'`);

    // Null: nobody is waiting for anything. Else somebody looks once a number isn't in [watch_below, watch_from) any more.
    this.addSql(`
      alter table usage_accounts
        add column watched text null constraint usage_accounts_watched_check check (watched in ('count', 'sum', 'max')),
        add column watch_from numeric null,
        add column watch_below numeric null`);

    // Whoever looks sets what to wait for anew: until then, however much comes in, nobody is called again.
    this.addSql(`
      create function call_for_level() returns trigger language plpgsql as $$
      begin
        insert into outbox (topic, subject_id)
        select 'customer_levels', c.id from customers c
        where (c.id = new.subject or c.external_subject = new.subject)
          and c.organization_id = new.organization_id and c.deleted_at is null;
        new.watched := null;
        return new;
      end $$`);
    this.addSql(`
      create trigger usage_accounts_level before update on usage_accounts for each row when (
        new.watched is not null and (
          old.generation <> new.generation
          or case new.watched when 'count' then new.count when 'sum' then new.sum else new.max end >= new.watch_from
          or case new.watched when 'count' then new.count when 'sum' then new.sum else new.max end < new.watch_below))
      execute function call_for_level()`);

    this.addSql(`
      create function call_for_level_of_customer() returns trigger language plpgsql as $$
      begin
        insert into outbox (topic, subject_id) values ('customer_levels', new.customer_id);
        return null;
      end $$`);
    this.addSql(`
      create trigger customer_meters_level after update of credited on customer_meters for each row
        when (old.credited is distinct from new.credited) execute function call_for_level_of_customer()`);

    // Under a new name, usage is the customer's too.
    this.addSql(`
      create function call_for_level_of_name() returns trigger language plpgsql as $$
      begin
        insert into outbox (topic, subject_id)
        select 'customer_levels', new.id where exists (
          select from customer_meters where customer_id = new.id and credited > 0);
        return null;
      end $$`);
    this.addSql(`
      create trigger customers_level after update of external_id on customers for each row
        when (old.external_id is distinct from new.external_id) execute function call_for_level_of_name()`);

    this.addSql(`
      do $$
      declare present text;
      begin
        select pg_get_constraintdef(oid) into present from pg_constraint where conname = 'outbox_topic_check';
        alter table outbox drop constraint outbox_topic_check;
        execute 'alter table outbox add constraint outbox_topic_check '
          || replace(present, 'ARRAY[', 'ARRAY[''customer_levels''::text, ''meter_levels''::text, ');
      end $$`);

    // Credits of before: whoever has some is looked at once, meter by meter.
    this.addSql(`
      insert into outbox (topic, subject_id)
      select distinct 'meter_levels', meter_id from customer_meters where credited > 0`);
  }
}
