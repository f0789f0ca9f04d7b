import type { Knex } from 'knex'

/** Pieces of continuous recordings: which file holds which channel of what time. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recording_pieces (
      name          text primary key,
      recording_id  uuid not null references recordings,
      channel       smallint not null check (channel in (0, 1)),
      from_at       timestamptz not null,
      to_at         timestamptz,
      constraint one_piece_per_channel unique (recording_id, channel)
    );
    comment on table recording_pieces is 'files of a continuous recording as the exchange writes them; channel 0 lies left, 1 right';

    drop table radio_segments;
    create table radio_segments (
      recording_id  uuid primary key references recordings,
      port_id       uuid not null references radio_ports,
      from_at       timestamptz not null
    );
    comment on table radio_segments is 'the continuous recording of a port, about an hour each; received left, transmitted right';
    create index radio_segments_by_time on radio_segments (port_id, from_at desc);
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table radio_segments, recording_pieces;
    create table radio_segments (
      id            uuid primary key default uuidv7(),
      port_id       uuid not null references radio_ports,
      name          text not null unique,
      recording_id  uuid references recordings,
      rx_from       timestamptz,
      tx_from       timestamptz,
      from_at       timestamptz not null,
      to_at         timestamptz
    );
    create index radio_segments_by_time on radio_segments (port_id, from_at desc);
  `)
}
