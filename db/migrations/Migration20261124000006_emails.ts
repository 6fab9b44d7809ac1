import { Migration } from '@mikro-orm/migrations';

/** All that customers are told, as HTML too, in the order in which it was written; and what they were reminded of. */
export class Migration20261124000006_emails extends Migration {
  override up(): void {
    this.addSql(`
      alter table emails
        add column html text null,
        add column position bigserial not null,
        drop constraint emails_kind_check,
        add constraint emails_kind_check check (kind in (
          'order_confirmation', 'payment_method_expiration_reminder', 'subscription_cancellation',
          'subscription_confirmation', 'subscription_cycled', 'subscription_cycled_after_trial',
          'subscription_past_due', 'subscription_paused', 'subscription_resumed', 'subscription_renewal_reminder',
          'subscription_revoked', 'subscription_trial_conversion_reminder', 'subscription_uncanceled',
          'subscription_updated', 'customer_seat_invitation', 'email_update', 'webhook_endpoint_disabled'))`);
    this.addSql(`create index emails_position_index on emails (position)`);
    this.addSql(`create index emails_customer_id_index on emails (customer_id)`);
    this.addSql(`alter table subscriptions add column renewal_reminded_for timestamptz(3) null`);
    this.addSql(`alter table payment_methods add column expiration_reminded_for varchar(7) null`);
    // Those that are looked through for cards about to expire.
    this.addSql(
      `create index payment_methods_by_expiration on payment_methods (exp_year, exp_month) where deleted_at is null`,
    );
  }
}
