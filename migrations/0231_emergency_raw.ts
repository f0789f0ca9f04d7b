import type { Knex } from 'knex'

/** A call for help by a number that no handheld has is not the call of the handheld whose code looks like it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table radio_emergencies add column raw_id text;
    comment on column radio_emergencies.raw_id is 'the number that was heard, where the register had no such handheld';
    update radio_emergencies e set raw_id = unit_code, unit_code = null
     where raised_how = 'unit_code' and not exists
       (select from radio_units u where u.organisation_id = e.organisation_id and u.code = e.unit_code);
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    update radio_emergencies set unit_code = raw_id where unit_code is null;
    alter table radio_emergencies drop column raw_id;
  `)
}
