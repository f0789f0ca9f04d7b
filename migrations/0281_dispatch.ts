import type { Knex } from 'knex'

/** Rules with their history, what was decided by them, offers, and the rungs of the ladder: rows with a due time. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table rule_versions (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      kind             text not null check (kind in ('dispatch')),
      line_id          uuid not null references lines,
      body             jsonb not null,
      during           tstzrange not null,
      by_id            uuid references people,
      constraint one_version_of_a_lines_rules_at_a_time exclude using gist (kind with =, line_id with =, during with &&)
    );

    create table decisions (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      ticket_id        uuid not null references tickets,
      rule_version_id  uuid references rule_versions,
      at               timestamptz not null,
      inputs           jsonb not null,
      ranking          jsonb not null
    );
    comment on table decisions is 'codes and ids only: who was ranked how, by which version of the rules; null: the rules a hospital starts with';
    create index decisions_by_ticket on decisions (ticket_id, at);

    create table job_offers (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      ticket_id        uuid not null references tickets,
      round            integer not null,
      person_id        uuid references people,
      crew_id          uuid references crews,
      company_id       uuid references companies,
      state            text not null default 'open' check (state in ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')),
      ways             text[] not null,
      decision_id      uuid references decisions,
      offered_at       timestamptz not null,
      until            timestamptz not null,
      answered_at      timestamptz,
      answered_by_id   uuid references people,
      answered_how     text,
      reason           text,
      constraint an_offer_is_made_to_one check (num_nonnulls(person_id, crew_id, company_id) = 1),
      constraint an_accepted_offer_says_by_whom check (state <> 'accepted' or answered_by_id is not null)
    );
    create unique index a_person_has_one_open_offer_of_a_ticket on job_offers (ticket_id, person_id) where state = 'open' and person_id is not null;
    create unique index one_offer_of_a_round_is_accepted on job_offers (ticket_id, round) where state = 'accepted';
    create index offers_open_by_person on job_offers (person_id) where state = 'open';
    create index offers_open_by_ticket on job_offers (ticket_id) where state = 'open';

    create table rungs (
      id               uuid primary key default uuidv7(),
      organisation_id  uuid not null references organisations,
      ticket_id        uuid not null references tickets,
      run              integer not null,
      n                integer not null,
      step             integer not null default 0,
      due_at           timestamptz not null,
      done_at          timestamptz,
      outcome          text check (outcome in ('offered', 'told', 'nobody', 'settled')),
      by_id            uuid references people,
      constraint a_rung_stands_once_in_its_run unique (ticket_id, run, n),
      constraint a_rung_that_is_done_says_what_came_of_it check ((done_at is null) = (outcome is null))
    );
    comment on column rungs.step is 'which rung of the ladder; n counts, and a rung whose offer was declined is climbed again';
    create index rungs_due on rungs (due_at) where done_at is null;
    create unique index a_ticket_waits_for_one_rung on rungs (ticket_id) where done_at is null;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table rungs, job_offers, decisions, rule_versions')
}
