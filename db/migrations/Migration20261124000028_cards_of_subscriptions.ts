import { Migration } from '@mikro-orm/migrations';

/** The card that a buyer has paid a checkout with, and the one that a subscription is charged to in the default's place. */
export class Migration20261124000028_cards_of_subscriptions extends Migration {
  override up(): void {
    this.addSql('alter table checkouts add column payment_method_id uuid null');
    this.addSql('alter table subscriptions add column payment_method_id uuid null');
    this.addSql('alter table outbox drop constraint outbox_topic_check');
    this.addSql(`
      alter table outbox add constraint outbox_topic_check check (
        topic in ('webhooks', 'webhook_retry', 'webhook_redelivery', 'grant', 'checkout', 'processor_event',
          'processor_fee', 'email', 'document', 'tax_record', 'meter_backfill', 'customer_levels', 'meter_levels',
          'customer_card'))`);
  }
}
