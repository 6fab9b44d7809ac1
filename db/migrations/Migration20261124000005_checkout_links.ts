import { Migration } from '@mikro-orm/migrations';

/** Links that sell, and merchants' own questions to their buyers. */
export class Migration20261124000005_checkout_links extends Migration {
  override up(): void {
    this.addSql(
      `create table "custom_fields" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "type" text not null, "slug" text not null, "name" text not null, "properties" jsonb not null default '{}', "metadata" jsonb not null default '{}', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `create index "custom_fields_organization_id_created_at_index" on "custom_fields" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "custom_fields" add constraint "custom_fields_type_check" check ("type" in ('text', 'number', 'date', 'checkbox', 'select'));`,
    );
    this.addSql(
      `alter table "custom_fields" add constraint "custom_fields_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    // Slugs are the keys of what buyers entered: one field each, among the living.
    this.addSql(
      `create unique index custom_fields_slug_unique on custom_fields (organization_id, slug) where deleted_at is null`,
    );

    this.addSql(
      `create table "product_custom_fields" ("product_id" uuid not null, "custom_field_id" uuid not null, "position" int not null, "required" boolean not null, primary key ("product_id", "custom_field_id"));`,
    );
    this.addSql(
      `create index "product_custom_fields_custom_field_id_index" on "product_custom_fields" ("custom_field_id");`,
    );
    this.addSql(
      `alter table "product_custom_fields" add constraint "product_custom_fields_product_id_foreign" foreign key ("product_id") references "products" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "product_custom_fields" add constraint "product_custom_fields_custom_field_id_foreign" foreign key ("custom_field_id") references "custom_fields" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `create table "checkout_links" ("id" uuid not null, "created_at" timestamptz(3) not null, "modified_at" timestamptz(3) null, "organization_id" uuid not null, "client_secret" text not null, "label" text null, "discount_id" uuid null, "allow_discount_codes" boolean not null default true, "require_billing_address" boolean not null default false, "seats" int null, "trial_interval" text null, "trial_interval_count" int null, "success_url" text null, "return_url" text null, "metadata" jsonb not null default '{}', "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "checkout_links" add constraint "checkout_links_client_secret_unique" unique ("client_secret");`,
    );
    this.addSql(
      `create index "checkout_links_organization_id_created_at_index" on "checkout_links" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "checkout_links" add constraint "checkout_links_trial_interval_check" check ("trial_interval" in ('day', 'week', 'month', 'year'));`,
    );
    this.addSql(
      `alter table "checkout_links" add constraint "checkout_links_organization_id_foreign" foreign key ("organization_id") references "organizations" ("id");`,
    );
    this.addSql(
      `alter table "checkout_links" add constraint "checkout_links_discount_id_foreign" foreign key ("discount_id") references "discounts" ("id") on delete set null;`,
    );

    this.addSql(
      `create table "checkout_link_products" ("id" serial primary key, "checkout_link_id" uuid not null, "product_id" uuid not null);`,
    );
    this.addSql(
      `alter table "checkout_link_products" add constraint "checkout_link_products_checkout_link_id_foreign" foreign key ("checkout_link_id") references "checkout_links" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "checkout_link_products" add constraint "checkout_link_products_product_id_foreign" foreign key ("product_id") references "products" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(`create index checkout_link_products_by_link on checkout_link_products (checkout_link_id)`);
    this.addSql(`create index checkout_link_products_by_product on checkout_link_products (product_id)`);
  }
}
