import { Migration } from '@mikro-orm/migrations';

/** The tables, as db/entities describes them. */
export class Migration20261124000001_tables extends Migration {
  override up(): void {
    this.addSql(
      `create table "organizations" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "name" text not null, "slug" varchar(64) not null, "avatar_url" text null, "email" text null, "website" text null, "country" varchar(2) null, "socials" jsonb not null default '[]', "default_presentment_currency" varchar(3) not null default 'usd', "default_tax_behavior" text not null default 'location', "subscription_settings" jsonb not null, "customer_email_settings" jsonb not null, "customer_portal_settings" jsonb not null, "feature_settings" jsonb not null default '{}', "invoice_prefix" varchar(16) not null, "invoice_numbering" text not null default 'organization', "next_invoice_number" int not null default 1, primary key ("id"));`,
    );
    this.addSql(`alter table "organizations" add constraint "organizations_slug_unique" unique ("slug");`);
    this.addSql(
      `alter table "organizations" add constraint "organizations_default_tax_behavior_check" check ("default_tax_behavior" in ('location', 'inclusive', 'exclusive'));`,
    );
    this.addSql(
      `alter table "organizations" add constraint "organizations_invoice_numbering_check" check ("invoice_numbering" in ('organization', 'customer'));`,
    );
    this.addSql(
      `create table "ledger_transactions" ("id" uuid not null, "organization_id" uuid not null, "customer_id" uuid null, "kind" text not null, "source_id" uuid not null, "currency" varchar(3) not null, "at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "ledger_transactions_organization_id_at_index" on "ledger_transactions" ("organization_id", "at");`,
    );
    this.addSql(
      `alter table "ledger_transactions" add constraint "ledger_transactions_kind_source_id_unique" unique ("kind", "source_id");`,
    );
    this.addSql(
      `alter table "ledger_transactions" add constraint "ledger_transactions_kind_check" check ("kind" in ('payment', 'processor_fee', 'platform_fee', 'balance', 'balance_return'));`,
    );
    this.addSql(
      `create table "ledger_entries" ("id" uuid not null, "transaction_id" uuid not null, "account" text not null, "amount" bigint not null, primary key ("id"));`,
    );
    this.addSql(`create index "ledger_entries_transaction_id_index" on "ledger_entries" ("transaction_id");`);
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_account_check" check ("account" in ('processor', 'merchant', 'platform_revenue', 'processor_fees', 'customer_balance'));`,
    );
    this.addSql(
      `create table "benefits" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "type" text not null, "description" text not null, "properties" jsonb not null, "metadata" jsonb not null default '{}', "visibility" text not null default 'public', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "benefits_organization_id_index" on "benefits" ("organization_id");`);
    this.addSql(
      `alter table "benefits" add constraint "benefits_visibility_check" check ("visibility" in ('draft', 'private', 'public'));`,
    );
    this.addSql(
      `create table "access_tokens" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "comment" text not null, "token_hash" varchar(64) not null, "scopes" text[] not null, "expires_at" timestamptz(3) null, "last_used_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_token_hash_unique" unique ("token_hash");`);
    this.addSql(
      `create table "outbox" ("id" bigserial primary key, "topic" text not null, "subject_id" text not null, "attempts" int not null default 0, "next_try_at" timestamptz(3) null);`,
    );
    this.addSql(
      `alter table "outbox" add constraint "outbox_topic_check" check ("topic" in ('webhooks', 'webhook_retry', 'webhook_redelivery', 'grant', 'checkout', 'processor_event', 'processor_fee', 'email', 'document'));`,
    );
    this.addSql(
      `create table "processor_events" ("id" text not null, "type" text not null, "object_id" text not null, "workflow_id" text null, "received_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create table "products" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "name" text not null, "description" text null, "visibility" text not null default 'public', "recurring_interval" text null, "recurring_interval_count" int null, "trial_interval" text null, "trial_interval_count" int null, "is_archived" boolean not null default false, "metadata" jsonb not null default '{}', primary key ("id"));`,
    );
    this.addSql(
      `create index "products_organization_id_created_at_index" on "products" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "products" add constraint "products_visibility_check" check ("visibility" in ('draft', 'private', 'public'));`,
    );
    this.addSql(
      `alter table "products" add constraint "products_recurring_interval_check" check ("recurring_interval" in ('day', 'week', 'month', 'year'));`,
    );
    this.addSql(
      `alter table "products" add constraint "products_trial_interval_check" check ("trial_interval" in ('day', 'week', 'month', 'year'));`,
    );
    this.addSql(
      `create table "prices" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "product_id" uuid not null, "position" int not null default 0, "source" text not null default 'catalog', "amount_type" text not null, "currency" varchar(3) not null, "amount" bigint not null, "minimum_amount" bigint null, "maximum_amount" bigint null, "preset_amount" bigint null, "seat_tiers" jsonb null, "tax_behavior" text null, "is_archived" boolean not null default false, primary key ("id"));`,
    );
    this.addSql(`create index "prices_product_id_index" on "prices" ("product_id");`);
    this.addSql(`alter table "prices" add constraint "prices_source_check" check ("source" in ('catalog', 'ad_hoc'));`);
    this.addSql(
      `alter table "prices" add constraint "prices_amount_type_check" check ("amount_type" in ('fixed', 'free', 'custom', 'seat_based'));`,
    );
    this.addSql(
      `alter table "prices" add constraint "prices_tax_behavior_check" check ("tax_behavior" in ('location', 'inclusive', 'exclusive'));`,
    );
    this.addSql(
      `create table "product_benefits" ("id" serial primary key, "product_id" uuid not null, "benefit_id" uuid not null);`,
    );
    this.addSql(
      `create table "test_clocks" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "name" text not null, "frozen_time" timestamptz(3) not null, "target_time" timestamptz(3) null, "status" text not null default 'ready', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "test_clocks" add constraint "test_clocks_status_check" check ("status" in ('ready', 'advancing'));`,
    );
    this.addSql(
      `create table "customers" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "type" text not null default 'individual', "external_id" text null, "email" text not null, "email_verified" boolean not null default false, "name" text null, "billing_name" text null, "billing_address" jsonb null, "tax_id" jsonb null, "locale" text null, "metadata" jsonb not null default '{}', "stripe_customer_id" text null, "default_payment_method_id" uuid null, "test_clock_id" uuid null, "next_invoice_number" int not null default 1, "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `create index "customers_organization_id_created_at_index" on "customers" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "customers" add constraint "customers_type_check" check ("type" in ('individual', 'team'));`,
    );
    this.addSql(
      `create table "customer_balances" ("customer_id" uuid not null, "currency" varchar(3) not null, "amount" bigint not null, primary key ("customer_id", "currency"));`,
    );
    this.addSql(
      `create table "subscriptions" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "customer_id" uuid not null, "product_id" uuid not null, "price_id" uuid not null, "checkout_id" uuid null, "status" text not null, "amount" bigint not null, "currency" varchar(3) not null, "seats" int null, "discount_id" uuid null, "discount_first_used_at" timestamptz(3) null, "pending_change_id" uuid null, "period_amount" bigint null, "waiting_entries" int not null default 0, "recurring_interval" text not null, "recurring_interval_count" int not null, "anchor" timestamptz(3) not null, "cycle" int not null, "anchor_cycle" int not null default 0, "current_period_start" timestamptz(3) not null, "current_period_end" timestamptz(3) not null, "trial_start" timestamptz(3) null, "trial_end" timestamptz(3) null, "trial_reminded_for" timestamptz(3) null, "started_at" timestamptz(3) null, "cancel_at_period_end" boolean not null default false, "canceled_at" timestamptz(3) null, "ends_at" timestamptz(3) null, "ended_at" timestamptz(3) null, "past_due_at" timestamptz(3) null, "pause_at_period_end" boolean not null default false, "paused_at" timestamptz(3) null, "resumes_at" timestamptz(3) null, "cancellation_reason" text null, "cancellation_comment" text null, "metadata" jsonb not null default '{}', "custom_field_data" jsonb not null default '{}', "sequence" int not null default 0, "last_step" text null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_checkout_id_unique" unique ("checkout_id");`,
    );
    this.addSql(
      `create index "subscriptions_organization_id_created_at_index" on "subscriptions" ("organization_id", "created_at");`,
    );
    this.addSql(`create index "subscriptions_customer_id_index" on "subscriptions" ("customer_id");`);
    this.addSql(`create index "subscriptions_product_id_index" on "subscriptions" ("product_id");`);
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_status_check" check ("status" in ('trialing', 'active', 'past_due', 'paused', 'canceled'));`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_recurring_interval_check" check ("recurring_interval" in ('day', 'week', 'month', 'year'));`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_cancellation_reason_check" check ("cancellation_reason" in ('too_expensive', 'missing_features', 'switched_service', 'unused', 'customer_service', 'low_quality', 'too_complex', 'other'));`,
    );
    this.addSql(
      `create table "subscription_changes" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "subscription_id" uuid not null, "status" text not null, "product_id" uuid not null, "price_id" uuid not null, "amount" bigint not null, "seats" int null, "period_start" timestamptz(3) null, "period_amount" bigint null, "order_id" uuid null, primary key ("id"));`,
    );
    this.addSql(
      `create index "subscription_changes_subscription_id_index" on "subscription_changes" ("subscription_id");`,
    );
    this.addSql(
      `alter table "subscription_changes" add constraint "subscription_changes_order_id_unique" unique ("order_id");`,
    );
    this.addSql(
      `alter table "subscription_changes" add constraint "subscription_changes_status_check" check ("status" in ('pending', 'charging', 'applied', 'void'));`,
    );
    this.addSql(
      `create table "billing_entries" ("id" uuid not null, "created_at" timestamptz(3) not null, "subscription_id" uuid not null, "position" int not null, "label" text not null, "amount" bigint not null, "price_id" uuid null, "order_id" uuid null, primary key ("id"));`,
    );
    this.addSql(`create index "billing_entries_order_id_index" on "billing_entries" ("order_id");`);
    this.addSql(
      `alter table "billing_entries" add constraint "billing_entries_subscription_id_position_unique" unique ("subscription_id", "position");`,
    );
    this.addSql(
      `create table "payment_methods" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "customer_id" uuid not null, "stripe_id" text not null, "type" text not null, "brand" text null, "last4" varchar(4) null, "exp_month" int null, "exp_year" int null, "country" varchar(2) null, "fingerprint" text null, "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "payment_methods" add constraint "payment_methods_stripe_id_unique" unique ("stripe_id");`,
    );
    this.addSql(`create index "payment_methods_customer_id_index" on "payment_methods" ("customer_id");`);
    this.addSql(
      `create table "orders" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "customer_id" uuid not null, "product_id" uuid null, "subscription_id" uuid null, "checkout_id" uuid null, "cycle" int null, "status" text not null, "billing_reason" text not null, "currency" varchar(3) not null, "seats" int null, "subtotal_amount" bigint not null, "discount_id" uuid null, "discount_amount" bigint not null default '0', "net_amount" bigint not null, "tax_amount" bigint not null default '0', "total_amount" bigint not null, "applied_balance_amount" bigint not null default '0', "refunded_amount" bigint not null default '0', "refunded_tax_amount" bigint not null default '0', "platform_fee_amount" bigint not null default '0', "billing_name" text null, "billing_address" jsonb null, "invoice_number" text null, "is_invoice_generated" boolean not null default false, "description" text not null, "paid_at" timestamptz(3) null, "next_payment_attempt_at" timestamptz(3) null, "metadata" jsonb not null default '{}', "custom_field_data" jsonb not null default '{}', primary key ("id"));`,
    );
    this.addSql(`alter table "orders" add constraint "orders_checkout_id_unique" unique ("checkout_id");`);
    this.addSql(
      `create index "orders_organization_id_created_at_index" on "orders" ("organization_id", "created_at");`,
    );
    this.addSql(`create index "orders_customer_id_index" on "orders" ("customer_id");`);
    this.addSql(
      `alter table "orders" add constraint "orders_subscription_id_cycle_unique" unique ("subscription_id", "cycle");`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_organization_id_invoice_number_unique" unique ("organization_id", "invoice_number");`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_status_check" check ("status" in ('draft', 'pending', 'paid', 'refunded', 'partially_refunded', 'void'));`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_billing_reason_check" check ("billing_reason" in ('purchase', 'subscription_create', 'subscription_cycle', 'subscription_update', 'subscription_meter_cycle'));`,
    );
    this.addSql(
      `create table "order_items" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "order_id" uuid not null, "position" int not null, "label" text not null, "amount" bigint not null, "tax_amount" bigint not null default '0', "proration" boolean not null default false, "price_id" uuid null, primary key ("id"));`,
    );
    this.addSql(`create index "order_items_order_id_index" on "order_items" ("order_id");`);
    this.addSql(
      `create table "documents" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "order_id" uuid not null, "kind" text not null, "number" text not null, "content" bytea null, primary key ("id"));`,
    );
    this.addSql(`alter table "documents" add constraint "documents_order_id_kind_unique" unique ("order_id", "kind");`);
    this.addSql(
      `alter table "documents" add constraint "documents_kind_check" check ("kind" in ('invoice', 'receipt'));`,
    );
    this.addSql(
      `create table "document_links" ("id" uuid not null, "expires_at" timestamptz(3) not null, "document_id" uuid not null, "token_hash" varchar(64) not null, primary key ("id"));`,
    );
    this.addSql(`create index "document_links_document_id_index" on "document_links" ("document_id");`);
    this.addSql(
      `alter table "document_links" add constraint "document_links_token_hash_unique" unique ("token_hash");`,
    );
    this.addSql(
      `create table "emails" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "customer_id" uuid null, "kind" text not null, "recipient" text not null, "subject" text not null, "text" text not null, "sent_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `create index "emails_organization_id_created_at_index" on "emails" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "emails" add constraint "emails_kind_check" check ("kind" in ('order_confirmation', 'subscription_confirmation', 'subscription_past_due', 'subscription_trial_conversion_reminder', 'email_update', 'webhook_endpoint_disabled'));`,
    );
    this.addSql(
      `create table "email_verifications" ("id" uuid not null, "email_id" uuid not null, "token_hash" varchar(64) not null, "expires_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "email_verifications_email_id_index" on "email_verifications" ("email_id");`);
    this.addSql(
      `alter table "email_verifications" add constraint "email_verifications_token_hash_unique" unique ("token_hash");`,
    );
    this.addSql(
      `create table "discounts" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "name" text not null, "code" text null, "type" text not null, "basis_points" int null, "amounts" jsonb null, "currency" varchar(3) null, "duration" text not null, "duration_in_months" int null, "starts_at" timestamptz(3) null, "ends_at" timestamptz(3) null, "max_redemptions" int null, "max_redemptions_per_customer" int null, "metadata" jsonb not null default '{}', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `create index "discounts_organization_id_created_at_index" on "discounts" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "discounts" add constraint "discounts_type_check" check ("type" in ('percentage', 'fixed'));`,
    );
    this.addSql(
      `alter table "discounts" add constraint "discounts_duration_check" check ("duration" in ('once', 'repeating', 'forever'));`,
    );
    this.addSql(
      `create table "discount_products" ("id" serial primary key, "discount_id" uuid not null, "product_id" uuid not null);`,
    );
    this.addSql(
      `create table "discount_redemptions" ("id" uuid not null, "created_at" timestamptz(3) not null, "discount_id" uuid not null, "customer_id" uuid not null, "address_hash" varchar(64) not null, "checkout_id" uuid null, "subscription_id" uuid null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "discount_redemptions" add constraint "discount_redemptions_checkout_id_unique" unique ("checkout_id");`,
    );
    this.addSql(`create index "discount_redemptions_discount_id_index" on "discount_redemptions" ("discount_id");`);
    this.addSql(`create index "discount_redemptions_customer_id_index" on "discount_redemptions" ("customer_id");`);
    this.addSql(
      `create table "customer_sessions" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "customer_id" uuid not null, "token_hash" varchar(64) not null, "expires_at" timestamptz(3) not null, "return_url" text null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "customer_sessions" add constraint "customer_sessions_token_hash_unique" unique ("token_hash");`,
    );
    this.addSql(
      `create table "checkouts" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "status" text not null default 'open', "client_secret" text not null, "expires_at" timestamptz(3) not null, "success_url" text null, "return_url" text null, "embed_origin" text null, "product_ids" text[] not null, "product_id" uuid not null, "price_id" uuid not null, "currency" varchar(3) not null, "currency_chosen" boolean not null default false, "amount" bigint not null, "seats" int null, "min_seats" int null, "max_seats" int null, "discount_id" uuid null, "discount_amount" bigint not null default '0', "allow_trial" boolean not null default true, "allow_discount_codes" boolean not null default true, "require_billing_address" boolean not null default false, "trial_interval" text null, "trial_interval_count" int null, "customer_id" uuid null, "external_customer_id" text null, "customer_name" text null, "customer_email" text null, "email_from_merchant" boolean not null default false, "customer_billing_name" text null, "customer_billing_address" jsonb null, "customer_tax_id" text null, "customer_ip_address" text null, "is_business_customer" boolean not null default false, "locale" text null, "metadata" jsonb not null default '{}', "customer_metadata" jsonb not null default '{}', "custom_field_data" jsonb not null default '{}', "attempt" int not null default 0, "attempt_id" uuid null, "attempt_kind" text null, "attempt_trial" jsonb null, "opens_portal" boolean not null default false, "intent_id" text null, "intent_client_secret" text null, "intent_status" text null, "failure" text null, "subscription_id" uuid null, "order_id" uuid null, primary key ("id"));`,
    );
    this.addSql(`alter table "checkouts" add constraint "checkouts_client_secret_unique" unique ("client_secret");`);
    this.addSql(
      `create index "checkouts_organization_id_created_at_index" on "checkouts" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_status_check" check ("status" in ('open', 'confirmed', 'succeeded', 'failed', 'expired'));`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_trial_interval_check" check ("trial_interval" in ('day', 'week', 'month', 'year'));`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_attempt_kind_check" check ("attempt_kind" in ('free', 'payment', 'setup'));`,
    );
    this.addSql(
      `create table "payments" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "customer_id" uuid not null, "order_id" uuid null, "checkout_id" uuid null, "attempt" int not null, "trigger" text not null, "status" text not null default 'pending', "begun_at" timestamptz(3) null, "amount" bigint not null, "currency" varchar(3) not null, "payment_method_id" uuid null, "processor_id" text null, "processor_fee" bigint null, "method_type" text not null default 'card', "method_brand" text null, "method_last4" text null, "method_country" varchar(2) null, "decline_reason" text null, "decline_message" text null, primary key ("id"));`,
    );
    this.addSql(`alter table "payments" add constraint "payments_processor_id_unique" unique ("processor_id");`);
    this.addSql(
      `create index "payments_organization_id_created_at_index" on "payments" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_order_id_attempt_unique" unique ("order_id", "attempt");`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_checkout_id_attempt_unique" unique ("checkout_id", "attempt");`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_trigger_check" check ("trigger" in ('purchase', 'subscription_cycle', 'retry_dunning', 'retry_customer', 'retry_payment_method_update', 'retry_admin'));`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_status_check" check ("status" in ('pending', 'succeeded', 'failed'));`,
    );
    this.addSql(
      `create table "card_setups" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "customer_id" uuid not null, "intent_id" text not null, "client_secret" text not null, "payment_method_id" uuid null, "refusal" text null, primary key ("id"));`,
    );
    this.addSql(`alter table "card_setups" add constraint "card_setups_intent_id_unique" unique ("intent_id");`);
    this.addSql(
      `create table "benefit_grants" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "benefit_id" uuid not null, "customer_id" uuid not null, "subscription_id" uuid null, "order_id" uuid null, "wanted" text not null, "version" int not null default 1, "done_version" int not null default 0, "failed_version" int not null default 0, "wanted_at" timestamptz(3) not null, "granted_at" timestamptz(3) null, "revoked_at" timestamptz(3) null, "properties" jsonb not null default '{}', "error" jsonb null, primary key ("id"));`,
    );
    this.addSql(`create index "benefit_grants_customer_id_index" on "benefit_grants" ("customer_id");`);
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_benefit_id_subscription_id_unique" unique ("benefit_id", "subscription_id");`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_benefit_id_order_id_unique" unique ("benefit_id", "order_id");`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_wanted_check" check ("wanted" in ('granted', 'revoked'));`,
    );
    this.addSql(
      `create table "license_keys" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "customer_id" uuid not null, "benefit_id" uuid not null, "grant_id" uuid not null, "key" text not null, "status" text not null default 'granted', "limit_activations" int null, "limit_usage" int null, "usage" int not null default 0, "validations" int not null default 0, "last_validated_at" timestamptz(3) null, "expires_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "license_keys" add constraint "license_keys_grant_id_unique" unique ("grant_id");`);
    this.addSql(`create index "license_keys_customer_id_index" on "license_keys" ("customer_id");`);
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_organization_id_key_unique" unique ("organization_id", "key");`,
    );
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_status_check" check ("status" in ('granted', 'revoked', 'disabled'));`,
    );
    this.addSql(
      `create table "license_key_activations" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "license_key_id" uuid not null, "label" text not null, "conditions" jsonb not null default '{}', "meta" jsonb not null default '{}', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `create index "license_key_activations_license_key_id_index" on "license_key_activations" ("license_key_id");`,
    );
    this.addSql(
      `create table "webhook_endpoints" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "url" text not null, "name" text null, "format" text not null default 'raw', "secret" text not null, "events" text[] not null, "enabled" boolean not null default true, "last_sequence" bigint not null default '0', "failures_in_arow" int not null default 0, "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_endpoints_organization_id_index" on "webhook_endpoints" ("organization_id");`);
    this.addSql(
      `alter table "webhook_endpoints" add constraint "webhook_endpoints_format_check" check ("format" in ('raw', 'slack', 'discord'));`,
    );
    this.addSql(
      `create table "webhook_events" ("id" uuid not null, "position" bigserial, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "written_at" timestamptz(3) not null default now(), "endpoint_id" uuid not null, "type" text not null, "payload" text null, "sequence" bigint null, "state" text not null default 'pending', "last_http_code" int null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "webhook_events" add constraint "webhook_events_endpoint_id_sequence_unique" unique ("endpoint_id", "sequence");`,
    );
    this.addSql(
      `alter table "webhook_events" add constraint "webhook_events_state_check" check ("state" in ('pending', 'retrying', 'succeeded', 'failed', 'skipped'));`,
    );
    this.addSql(
      `create table "webhook_deliveries" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "event_id" uuid not null, "succeeded" boolean not null, "http_code" int null, "response" text null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_deliveries_event_id_index" on "webhook_deliveries" ("event_id");`);
    this.addSql(
      `alter table "ledger_transactions" add constraint "ledger_transactions_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_transaction_id_foreign" foreign key ("transaction_id") references "ledger_transactions" ("id");`,
    );
    this.addSql(
      `alter table "benefits" add constraint "benefits_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "access_tokens" add constraint "access_tokens_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "products" add constraint "products_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "prices" add constraint "prices_product_id_foreign" foreign key ("product_id") references "products" ("id");`,
    );
    this.addSql(
      `alter table "product_benefits" add constraint "product_benefits_product_id_foreign" foreign key ("product_id") references "products" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "product_benefits" add constraint "product_benefits_benefit_id_foreign" foreign key ("benefit_id") references "benefits" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "test_clocks" add constraint "test_clocks_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "customer_balances" add constraint "customer_balances_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "ledger_transactions" add constraint "ledger_transactions_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "customers" add constraint "customers_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "customers" add constraint "customers_test_clock_id_foreign" foreign key ("test_clock_id") references "test_clocks" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_product_id_foreign" foreign key ("product_id") references "products" ("id");`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_price_id_foreign" foreign key ("price_id") references "prices" ("id");`,
    );
    this.addSql(
      `alter table "subscription_changes" add constraint "subscription_changes_subscription_id_foreign" foreign key ("subscription_id") references "subscriptions" ("id");`,
    );
    this.addSql(
      `alter table "subscription_changes" add constraint "subscription_changes_product_id_foreign" foreign key ("product_id") references "products" ("id");`,
    );
    this.addSql(
      `alter table "subscription_changes" add constraint "subscription_changes_price_id_foreign" foreign key ("price_id") references "prices" ("id");`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_pending_change_id_foreign" foreign key ("pending_change_id") references "subscription_changes" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "billing_entries" add constraint "billing_entries_subscription_id_foreign" foreign key ("subscription_id") references "subscriptions" ("id");`,
    );
    this.addSql(
      `alter table "payment_methods" add constraint "payment_methods_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_product_id_foreign" foreign key ("product_id") references "products" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_subscription_id_foreign" foreign key ("subscription_id") references "subscriptions" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "order_items" add constraint "order_items_order_id_foreign" foreign key ("order_id") references "orders" ("id");`,
    );
    this.addSql(
      `alter table "documents" add constraint "documents_order_id_foreign" foreign key ("order_id") references "orders" ("id");`,
    );
    this.addSql(
      `alter table "document_links" add constraint "document_links_document_id_foreign" foreign key ("document_id") references "documents" ("id");`,
    );
    this.addSql(
      `alter table "emails" add constraint "emails_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "emails" add constraint "emails_customer_id_foreign" foreign key ("customer_id") references "customers" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "email_verifications" add constraint "email_verifications_email_id_foreign" foreign key ("email_id") references "emails" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "customer_sessions" add constraint "customer_sessions_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "discounts" add constraint "discounts_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "discount_products" add constraint "discount_products_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "discount_products" add constraint "discount_products_product_id_foreign" foreign key ("product_id") references "products" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "discount_redemptions" add constraint "discount_redemptions_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id");`,
    );
    this.addSql(
      `alter table "discount_redemptions" add constraint "discount_redemptions_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "orders" add constraint "orders_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_product_id_foreign" foreign key ("product_id") references "products" ("id");`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_price_id_foreign" foreign key ("price_id") references "prices" ("id");`,
    );
    this.addSql(
      `alter table "checkouts" add constraint "checkouts_customer_id_foreign" foreign key ("customer_id") references "customers" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_order_id_foreign" foreign key ("order_id") references "orders" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "payments" add constraint "payments_checkout_id_foreign" foreign key ("checkout_id") references "checkouts" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "card_setups" add constraint "card_setups_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_benefit_id_foreign" foreign key ("benefit_id") references "benefits" ("id");`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_subscription_id_foreign" foreign key ("subscription_id") references "subscriptions" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "benefit_grants" add constraint "benefit_grants_order_id_foreign" foreign key ("order_id") references "orders" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_customer_id_foreign" foreign key ("customer_id") references "customers" ("id");`,
    );
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_benefit_id_foreign" foreign key ("benefit_id") references "benefits" ("id");`,
    );
    this.addSql(
      `alter table "license_keys" add constraint "license_keys_grant_id_foreign" foreign key ("grant_id") references "benefit_grants" ("id");`,
    );
    this.addSql(
      `alter table "license_key_activations" add constraint "license_key_activations_license_key_id_foreign" foreign key ("license_key_id") references "license_keys" ("id");`,
    );
    this.addSql(
      `alter table "webhook_endpoints" add constraint "webhook_endpoints_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "webhook_events" add constraint "webhook_events_endpoint_id_foreign" foreign key ("endpoint_id") references "webhook_endpoints" ("id");`,
    );
    this.addSql(
      `alter table "webhook_deliveries" add constraint "webhook_deliveries_event_id_foreign" foreign key ("event_id") references "webhook_events" ("id");`,
    );
  }
}
