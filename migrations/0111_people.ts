import type { Knex } from 'knex'

/** What the pickers search: two Chinese characters of a place or a name, the first digits of a number. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index places_by_words on places using gin (cjk_grams(path_zh || ' ' || coalesce(name_en, '') || ' ' || code));
    create index people_by_words on people using gin (cjk_grams(name || ' ' || coalesce(name_latin, '') || ' ' || staff_code));
    create index numbers_by_prefix on numbers (number text_pattern_ops);
    create unique index logins_are_unique_without_case on people (organisation_id, lower(login));
    create index sign_in_failures_by_address on sign_in_failures (address, at);
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`drop index places_by_words, people_by_words, numbers_by_prefix, logins_are_unique_without_case,
    sign_in_failures_by_address`)
}
