import type { Knex } from 'knex'

/** The ACD as we remember it: who is signed in, ready or not and why, wrap-up, phone credentials. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table agents (
      person_id       uuid primary key references people,
      station         text not null references stations (code),
      signed_in_at    timestamptz,
      state           text not null check (state in ('signed_out', 'ready', 'not_ready', 'wrap_up')),
      reason          text,
      since           timestamptz not null,
      next_state      text check (next_state in ('ready', 'not_ready')),
      next_reason     text,
      wrap_up_call_id uuid references calls,
      wrap_up_until   timestamptz,
      phone           text not null default 'unknown' check (phone in ('unknown', 'registered', 'unregistered')),
      phone_since     timestamptz,
      phone_why       text,
      ring_tested_at  timestamptz,
      credential_until timestamptz,
      version         integer not null default 1,
      constraint not_ready_has_a_reason check (state <> 'not_ready' or reason is not null),
      constraint wrap_up_is_of_a_call check (state <> 'wrap_up' or wrap_up_call_id is not null)
    );
    create table declines (
      call_id    uuid not null references calls,
      person_id  uuid not null references people,
      until      timestamptz not null,
      lifted_at  timestamptz,
      primary key (call_id, person_id)
    );
    comment on table declines is 'decline memory: paused in the queue until that call has left it, 20 s at most';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table declines, agents')
}
