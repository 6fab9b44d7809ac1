import { Migration } from '@mikro-orm/migrations';

/** The persons who act for a customer, and the seats that they are given. */
export class Migration20261124000004_members_seats extends Migration {
  override up(): void {
    this.addSql(`
      create table members (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        customer_id uuid not null references customers (id),
        email text not null,
        name text null,
        external_id text null,
        role text not null constraint members_role_check check (role in ('owner', 'billing_manager', 'member')),
        deleted_at timestamptz(3) null
      )`);
    this.addSql(`create index members_customer_id_index on members (customer_id)`);
    this.addSql(
      `create unique index members_email_unique on members (customer_id, lower(email)) where deleted_at is null`,
    );
    this.addSql(
      `create unique index members_external_id_unique on members (customer_id, external_id) where deleted_at is null`,
    );
    this.addSql(
      `create unique index members_one_owner on members (customer_id) where role = 'owner' and deleted_at is null`,
    );
    // Nor is there ever none, once the transaction that moves the ownership commits.
    this.addSql(`
      create function members_have_owner() returns trigger language plpgsql as $$
      begin
        if exists (select from members where customer_id = new.customer_id and deleted_at is null)
          and not exists
            (select from members where customer_id = new.customer_id and deleted_at is null and role = 'owner') then
          raise exception 'customer % has members, but no owner', new.customer_id using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    this.addSql(`
      create constraint trigger members_have_owner after insert or update on members
      deferrable initially deferred for each row execute function members_have_owner()`);

    // Who has bought seats buys for others.
    this.addSql(`
      update customers set type = 'team' where deleted_at is null and (
        id in (select customer_id from subscriptions where seats is not null)
        or id in (select customer_id from orders where seats is not null and status in ('paid', 'partially_refunded')))`);
    // Whoever is a customer already owns what they bought.
    this.addSql(`
      insert into members (id, created_at, customer_id, email, name, external_id, role)
      select gen_random_uuid(), created_at, id, email, name, external_id, 'owner' from customers where deleted_at is null`);

    this.addSql(`
      create table customer_seats (
        id uuid primary key,
        created_at timestamptz(3) not null,
        modified_at timestamptz(3) null,
        customer_id uuid not null references customers (id),
        subscription_id uuid null references subscriptions (id),
        order_id uuid null references orders (id),
        member_id uuid not null references members (id),
        status text not null
          constraint customer_seats_status_check check (status in ('pending', 'claimed', 'revoked')),
        invitation_expires_at timestamptz(3) null,
        claimed_at timestamptz(3) null,
        revoked_at timestamptz(3) null,
        metadata jsonb not null default '{}',
        constraint customer_seats_bought_once check ((subscription_id is null) <> (order_id is null))
      )`);
    this.addSql(`create index customer_seats_customer_id_index on customer_seats (customer_id)`);
    this.addSql(`create index customer_seats_member_id_index on customer_seats (member_id)`);
    // A member has one seat of each purchase at most.
    this.addSql(`
      create unique index customer_seats_of_subscription on customer_seats (subscription_id, member_id)
      where subscription_id is not null and status <> 'revoked'`);
    this.addSql(`
      create unique index customer_seats_of_order on customer_seats (order_id, member_id)
      where order_id is not null and status <> 'revoked'`);

    this.addSql(`
      alter table emails
        drop constraint emails_kind_check,
        add constraint emails_kind_check check (kind in (
          'order_confirmation', 'subscription_confirmation', 'subscription_past_due',
          'subscription_trial_conversion_reminder', 'customer_seat_invitation', 'email_update',
          'webhook_endpoint_disabled'))`);
    this.addSql(`
      create table seat_invitations (
        id uuid primary key,
        seat_id uuid not null references customer_seats (id),
        email_id uuid not null references emails (id) on delete cascade,
        token_hash varchar(64) null constraint seat_invitations_token_hash_unique unique,
        expires_at timestamptz(3) not null
      )`);
    this.addSql(`create index seat_invitations_seat_id_index on seat_invitations (seat_id)`);
    this.addSql(`create index seat_invitations_email_id_index on seat_invitations (email_id)`);

    this.addSql(`alter table customer_sessions add column member_id uuid null references members (id)`);

    // A benefit is held by a member with a seat, or, without one, by the buyer.
    this.addSql(`
      alter table benefit_grants
        add column member_id uuid null references members (id),
        drop constraint benefit_grants_benefit_id_subscription_id_unique,
        drop constraint benefit_grants_benefit_id_order_id_unique`);
    this.addSql(`
      create unique index benefit_grants_one_of_subscription
      on benefit_grants (benefit_id, subscription_id, member_id) nulls not distinct where subscription_id is not null`);
    this.addSql(`
      create unique index benefit_grants_one_of_order
      on benefit_grants (benefit_id, order_id, member_id) nulls not distinct where order_id is not null`);
    this.addSql(`create index benefit_grants_by_member on benefit_grants (member_id) where member_id is not null`);
  }
}
