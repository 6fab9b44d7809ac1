import { Migration } from '@mikro-orm/migrations';

/** An e-mail that a customer asks for, to get into their portal. */
export class Migration20261124000025_portal_links extends Migration {
  override up(): void {
    this.addSql(`alter table emails drop constraint emails_kind_check`);
    this.addSql(`
      alter table emails add constraint emails_kind_check check (kind in (
          'order_confirmation', 'payment_method_expiration_reminder', 'subscription_cancellation',
          'subscription_confirmation', 'subscription_cycled', 'subscription_cycled_after_trial',
          'subscription_past_due', 'subscription_paused', 'subscription_resumed', 'subscription_renewal_reminder',
          'subscription_revoked', 'subscription_trial_conversion_reminder', 'subscription_uncanceled',
          'subscription_updated', 'customer_seat_invitation', 'email_update', 'portal_link',
          'webhook_endpoint_disabled'))`);
  }
}
