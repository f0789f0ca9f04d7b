import type { Knex } from 'knex'
import { numberOf } from '../server/wire/number.ts'

/**
 * Numbers are kept in one spelling, so that calls, callbacks and the directory meet whichever way an exchange wrote them.
 * What was heard stays in `ani_raw`. A ticket keeps what was typed, and beside it the number it is found by.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table tickets add column contact_key text not null default '';
    comment on column tickets.contact_key is 'the contact number as numberOf (server/wire/number.ts) writes it; empty when it holds none';
    create index tickets_by_contact on tickets (organisation_id, contact_key, reported_at desc) where contact_key <> '';
  `)
  await rewrite(db, 'tickets', 'contact_number', 'contact_key')
  // The numbers that wards and mobiles are known by: where both spellings stand, the one that is looked for already is there.
  await rewrite(db, 'calls', 'ani', 'ani')
  await rewrite(db, 'callbacks', 'number', 'number')
  await rewrite(db, 'calendars', 'night_mobile', 'night_mobile')
  const numbers = await db('numbers').whereRaw(UNUSUAL('number')).select('id', 'organisation_id', 'realm', 'number')
  for (const { id, organisation_id, realm, number } of numbers) {
    const written = numberOf(number)
    if (written === '' || written === number) continue
    const there = await db('numbers').where({ organisation_id, realm, number: written }).first('id')
    if (!there) await db('numbers').where({ id }).update({ number: written })
  }
}

/** Numbers that may be written otherwise: not plain digits, or beginning as prefixes do. */
const UNUSUAL = (column: string) =>
  `(${column} !~ '^[1-8][0-9]*$' or ${column} ~ '^(86|17951|17911|12593|17909|17901)')`

async function rewrite(db: Knex, table: string, from: string, to: string): Promise<void> {
  const given: string[] = await db(table)
    .distinct(from)
    .whereNot(from, '')
    .modify((query) => {
      // A column of its own is filled for every number, not only for those written otherwise.
      if (from === to) query.whereRaw(UNUSUAL(from))
    })
    .pluck(from)
  const written = given.map((text) => [text, numberOf(text)] as const)
  const changed = written.filter(([text, number]) => number !== '' && (from !== to || number !== text))
  // One statement, however many: a hospital has years of tickets.
  await db.raw(
    `update ${table} set ${to} = m.number from unnest(?::text[], ?::text[]) as m(given, number) where ${table}.${from} = m.given`,
    [changed.map(([text]) => text), changed.map(([, number]) => number)],
  )
}

export async function down(db: Knex): Promise<void> {
  // The spellings of before stand in ani_raw; what was rewritten is as true as it was.
  await db.raw('alter table tickets drop column contact_key')
}
