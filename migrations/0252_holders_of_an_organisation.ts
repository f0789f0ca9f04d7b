import type { Knex } from 'knex'

/** A handheld's code is an organisation's own: who holds 02 of one hospital does not hold 02 of another. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table radio_holders add column organisation_id uuid references organisations;
    update radio_holders h set organisation_id = p.organisation_id from people p where p.id = h.person_id;
    alter table radio_holders
      alter column organisation_id set not null,
      drop constraint a_handheld_is_held_by_one_person_at_a_time,
      add constraint a_handheld_is_held_by_one_person_at_a_time
        exclude using gist (organisation_id with =, unit with =, during with &&);

    -- A holder's organisation is that of the person: whoever writes one need not say it twice.
    create function holder_of_own_organisation() returns trigger language plpgsql as $$
      begin
        new.organisation_id := (select organisation_id from people where id = new.person_id);
        return new;
      end $$;
    create trigger holder_of_own_organisation before insert or update on radio_holders
      for each row execute function holder_of_own_organisation();
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop trigger holder_of_own_organisation on radio_holders;
    drop function holder_of_own_organisation();
    alter table radio_holders
      drop constraint a_handheld_is_held_by_one_person_at_a_time,
      drop column organisation_id,
      add constraint a_handheld_is_held_by_one_person_at_a_time exclude using gist (unit with =, during with &&);
  `)
}
